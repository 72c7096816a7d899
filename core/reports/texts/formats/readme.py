"""The text in a bundle that says how to check it; what stands in braces is filled in."""

README = """\
How to check this bundle without Countersign

Unpack it and go into the folder {name}. Each line below is a command; none of the programs is ours.

  sha256sum -c {manifest}
  sha256sum -c {tags}
  openssl cms -verify -inform PEM -binary -in {signature} -content {manifest} -CAfile ca.crt -purpose any
  {pdfsig}

What each says: no file was changed; the list of files was signed by this installation; the PDF was signed by it too.
pdfsig calls the issuer untrusted until ca.crt is imported: an installation makes its own certificate authority.

The ledger's proofs, and everything above once more, in one file that you can read first (Python 3.11 or newer and
the package cryptography):

  python3 verify.py ../{name}.zip

Whoever made this bundle could have made ca.crt and the key as well. So compare these two with what you received over
another channel, or give them to verify.py:

  SHA-256 of ca.crt   {fingerprint}
  key of the ledger   {vkey_text}

  python3 verify.py ../{name}.zip --ca FINGERPRINT --key KEY --state seen.checkpoint

With --state, a later bundle is also checked to continue the ledger that you saw before.
{incomplete}
What is in it

  {pdf}the report, built to PDF/A-3a and PDF/UA-1, signed, with its data attached
  {html}the same as one page without script
  {json}the same as data (RFC 8785), every figure in full precision
  {oscal}OSCAL assessment results, where the report assesses something
  {bom}CycloneDX ML-BOM, where the report is about a model version
  {tables}tables that are too long for pages
  {evidence}attached evidence, and the digests that figures rest on
  {statement}in-toto statement (DSSE): digests of the files, and of the PDF unsigned
  {checkpoint}the signed state of the ledger
  {vkey}the key that verifies it
  {entries}the entries that the report rests on, each with its particulars
  {proofs}for each entry, the proof that the ledger holds it (C2SP tlog-proof)

The signature of the statement is over "DSSEv1 LENGTH TYPE LENGTH PAYLOAD" (DSSE 1.0), by the certificate that openssl
writes out when -signer signer.pem is added to the command above.
"""
INCOMPLETE = "\nNot complete: these parts could not be built from the record as it was then.\n\n{lines}\n"
