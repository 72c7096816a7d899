#!/usr/bin/env bash
# Verifies a bundle with sha256sum, openssl, pdfsig and Node alone, from the published formats (docs/evidence.md):
#   outsider.sh BUNDLE.zip KEY CA-FINGERPRINT [WITNESS-KEY [TIME-STAMP-AUTHORITY.pem]]
# Prints one line a check. Exit code 0: all hold; 1: one does not, and is named last.
set -uo pipefail
bundle=$1 key=$2 fingerprint=${3//:/} witness=${4:-} stamps=${5:-}
[ -z "$stamps" ] || stamps=$(realpath "$stamps")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
said="$folder/.said"

check() { # NAME COMMAND… : the command's output is kept, and shown only where it fails
  local name=$1; shift
  if "$@" >"$said" 2>&1; then echo "ok   $name"; else sed 's/^/     /' "$said"; echo "FAIL $name"; exit 1; fi
}
files() { (cd "$folder/bag" && sha256sum --check --strict --quiet "$1"); }
unlisted() { # every file is in a manifest, and none is in both
  (cd "$folder/bag" && diff <(find . -type f ! -name tagmanifest-sha256.txt -printf '%P\n' | sort) \
    <(cut -c67- manifest-sha256.txt tagmanifest-sha256.txt | sort))
}
signed() {
  (cd "$folder/bag" && openssl cms -verify -inform PEM -binary -in manifest-sha256.txt.p7s \
    -content manifest-sha256.txt -CAfile ca.crt -purpose any -out /dev/null)
}
authority() {
  local found
  found=$(openssl x509 -in "$folder/bag/ca.crt" -noout -fingerprint -sha256) || return 1
  found=${found#*=}; found=${found//:/}
  [ "${found,,}" = "${fingerprint,,}" ] || { echo "ca.crt has the fingerprint $found"; return 1; }
}
paper() { # the dossier's own signature, where the bundle holds one
  local pdf found=0
  for pdf in "$folder"/bag/data/*.pdf; do
    [ -e "$pdf" ] || continue
    found=1
    LC_ALL=C pdfsig -nocert "$pdf" | tee /dev/stderr | grep -q 'Signature Validation: Signature is Valid' || return 1
  done
  return 0
}
stamped() { # by the authority whose certificate was received over another channel, over the checkpoint in the bundle
  (cd "$folder/bag/data/ledger" && openssl ts -verify -token_in -in stamped.tst -data stamped -CAfile "$stamps")
}

check "container (node)" node "$here/verify.mjs" --unpack "$bundle" "$folder/bag"
check "files (sha256sum)" files manifest-sha256.txt
check "tag files (sha256sum)" files tagmanifest-sha256.txt
check "nothing unlisted (diff)" unlisted
check "signature (openssl)" signed
check "authority (openssl)" authority
check "dossier (pdfsig)" paper
check "ledger (node)" node "$here/verify.mjs" "$bundle" --key "$key" --ca "$fingerprint" ${witness:+--witness "$witness"}
[ -z "$stamps" ] || check "time stamp (openssl)" stamped
echo "Everything holds."
