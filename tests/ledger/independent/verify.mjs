// Verifies a bundle with the standard library of Node alone, written from docs/ledger.md and from no code of ours:
//   node verify.mjs BUNDLE.zip [--key K] [--ca FINGERPRINT] [--witness W]... [--state FILE]
//   node verify.mjs receipt FILE [SHARED | ENTRY] --key K
// Prints {"passed": …, "steps": [...]}. Exit code 0: all steps hold, 1: one does not, 2: not a bundle.
import { createHash, createHmac, createPublicKey, verify as signedBy, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const LEDGER = "data/ledger/";
const TOLERANCE = 900;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const hex = (bytes) => Buffer.from(bytes).toString("hex");
class NotABundle extends Error {}
const fail = (why) => { throw new Error(why); };
const must = (holds, why) => { if (!holds) fail(why); };

// 1 container: everything is read through the directory, written anew, and compared
const CRC = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC[(value ^ byte) & 255];
  return (value ^ 0xffffffff) >>> 0;
}

function container(bundle) {
  const data = bundle.data, end = data.length - 22;
  if (end < 0 || data.readUInt32BE(0) !== 0x504b0304) throw new NotABundle("This is not a ZIP file.");
  must(data.readUInt32BE(end) === 0x504b0506, "no end of directory");
  const total = data.readUInt16LE(end + 10), size = data.readUInt32LE(end + 12), start = data.readUInt32LE(end + 16);
  must(start + size === end && total > 0, "the directory is not where it says");
  const members = [];
  let at = start;
  for (let n = 0; n < total; n++) {
    must(at + 46 <= end && data.readUInt32BE(at) === 0x504b0102, "the directory is damaged");
    const length = data.readUInt16LE(at + 28), bytes = data.readUInt32LE(at + 24), offset = data.readUInt32LE(at + 42);
    const name = data.subarray(at + 46, at + 46 + length), begin = offset + 30 + length;
    must(data.readUInt16LE(at + 10) === 0, "a file is compressed");
    must(begin + bytes <= start && name.every((byte) => byte < 128), "the directory is damaged");
    members.push({
      name: name.toString("latin1"), content: data.subarray(begin, begin + bytes),
      time: data.readUInt16LE(at + 12), date: data.readUInt16LE(at + 14), mode: data.readUInt32LE(at + 38),
    });
    at += 46 + length;
  }
  must(at === end, "the directory is not as long as it says");
  must(new Set(members.map((one) => one.name.toLowerCase())).size === total, "two files have one name");
  const modes = new Set(members.map((one) => one.mode));
  must(modes.size === 1 && [0o600, 0o644, 0o100600, 0o100644].includes([...modes][0] >>> 16) && [...modes][0] % 65536 === 0,
    "unusual or differing modes");
  must(rewritten(members).equals(data), "a byte is not as it was written");
  bundle.files = new Map(members.map((one) => [one.name, one.content]));
}

function rewritten(members) {
  const bodies = [], directory = [];
  let offset = 0;
  for (const one of members) {
    const name = Buffer.from(one.name, "latin1"), shared = Buffer.alloc(26);
    [20, 0, 0, one.time, one.date].forEach((value, n) => shared.writeUInt16LE(value, 2 * n));
    shared.writeUInt32LE(crc32(one.content), 10);
    shared.writeUInt32LE(one.content.length, 14);
    shared.writeUInt32LE(one.content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(one.mode, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("504b01021403", "hex"), shared, tail, name);
    bodies.push(Buffer.from("504b0304", "hex"), shared, name, one.content);
    offset += 30 + name.length + one.content.length;
  }
  const listed = Buffer.concat(directory), last = Buffer.alloc(22);
  last.writeUInt32BE(0x504b0506);
  last.writeUInt16LE(members.length, 8);
  last.writeUInt16LE(members.length, 10);
  last.writeUInt32LE(listed.length, 12);
  last.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, listed, last]);
}

// 2 to 4: the bag
const TAGS = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha256.txt.p7s", "ca.crt", "README.txt",
  "verify.py", "tagmanifest-sha256.txt"];

function layout(bundle) {
  const names = [...bundle.files.keys()];
  must(names.every((name) => /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/.test(name)), "a name misleads");
  const folders = new Set(names.map((name) => name.split("/")[0]));
  must(folders.size === 1, "not one folder");
  const cut = [...folders][0].length + 1;
  bundle.files = new Map([...bundle.files].map(([name, content]) => [name.slice(cut), content]));
  for (const name of TAGS) file(bundle, name);
  must(/^BagIt-Version: (0\.97|1\.0)\nTag-File-Character-Encoding: UTF-8\n$/.test(text(bundle, "bagit.txt")), "no bag");
}
function file(bundle, name) {
  return bundle.files.get(name) ?? fail(`${name} is missing`);
}
const text = (bundle, name) => utf8.decode(file(bundle, name));

function listed(bundle, name, present) {
  const lines = text(bundle, name).split("\n");
  must(lines.pop() === "", `${name} does not end its last line`);
  const digests = new Map();
  for (const line of lines) {
    const found = /^([0-9a-f]{64}) {2}([A-Za-z0-9._/-]+)$/.exec(line) ?? fail(`${name} does not read`);
    must(!digests.has(found[2]), `${name} lists a file twice`);
    digests.set(found[2], found[1]);
  }
  for (const each of present) must(digests.has(each), `${each} is not listed`);
  for (const [each, digest] of digests) {
    must(present.has(each), `${each} is missing`);
    must(hex(sha256(bundle.files.get(each))) === digest, `${each} was changed`);
  }
}
const namesOf = (bundle, wanted) => new Set([...bundle.files.keys()].filter(wanted));
const tagFiles = (bundle) => listed(bundle, "tagmanifest-sha256.txt",
  namesOf(bundle, (name) => !name.startsWith("data/") && name !== "tagmanifest-sha256.txt"));
const dataFiles = (bundle) => listed(bundle, "manifest-sha256.txt", namesOf(bundle, (name) => name.startsWith("data/")));

// 5 signature: CMS (RFC 5652), one signer, signed attributes, SHA-256
function der(bytes) {
  must(bytes.length >= 2 && (bytes[0] & 31) !== 31, "not DER");
  let length = bytes[1], at = 2;
  if (length & 128) {
    const more = length & 127;
    must(more >= 1 && more <= 4 && bytes.length >= 2 + more && bytes[2] !== 0, "not DER");
    length = 0;
    for (; at < 2 + more; at++) length = length * 256 + bytes[at];
    must(length >= 128, "not DER");
  }
  must(bytes.length >= at + length, "cut short");
  return { tag: bytes[0], content: bytes.subarray(at, at + length), raw: bytes.subarray(0, at + length) };
}
function parts(value) {
  const found = [];
  for (let rest = value.content; rest.length; rest = rest.subarray(found.at(-1).raw.length)) found.push(der(rest));
  return found;
}
const OID = { signedData: "2a864886f70d010702", data: "2a864886f70d010701", contentType: "2a864886f70d010903",
  messageDigest: "2a864886f70d010904", signingTime: "2a864886f70d010905", sha256: "608648016503040201",
  stampInfo: "2a864886f70d0109100104" };
const KINDS = { rsa: ["2a864886f70d010101", "2a864886f70d01010b"], ec: ["2a8648ce3d040302"] };

function signature(bundle) {
  const pem = /^-----BEGIN (CMS|PKCS7)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----\r?\n?$/.exec(
    text(bundle, "manifest-sha256.txt.p7s")) ?? fail("not PEM");
  const bytes = looseBase64(pem[2].replace(/[\r\n]/g, "")), outer = der(bytes), [kind, wrapped] = parts(outer);
  must(outer.raw.length === bytes.length && hex(kind.content) === OID.signedData && wrapped.tag === 0xa0, "not CMS");
  const [, , , ...rest] = parts(der(wrapped.content)), signers = parts(rest.at(-1));
  must(rest.at(-1).tag === 0x31 && signers.length === 1, "not one signer");
  const info = parts(signers[0]);
  must(hex(parts(info[2])[0].content) === OID.sha256 && info[3].tag === 0xa0, "not SHA-256 with signed attributes");
  const attributes = new Map();
  for (const each of parts(info[3])) {
    const [name, values] = parts(each), key = hex(name.content);
    must(!attributes.has(key), "an attribute occurs twice");
    attributes.set(key, parts(values)[0]);
  }
  must(hex(attributes.get(OID.contentType).content) === OID.data, "not over data");
  must(Buffer.from(attributes.get(OID.messageDigest).content).equals(sha256(file(bundle, "manifest-sha256.txt"))),
    "over another manifest");
  const certificates = rest.filter((one) => one.tag === 0xa0).flatMap(parts).map((one) => new X509Certificate(one.raw));
  const [issuer, serial] = parts(info[1]);
  const signer = certificates.find((one) => {
    const inner = parts(parts(der(one.raw))[0]);
    return inner[1].raw.equals(serial.raw) && inner[3].raw.equals(issuer.raw);
  }) ?? fail("the signer's certificate is not there");
  const signed = Buffer.concat([Buffer.from([0x31]), info[3].raw.subarray(1)]);
  must((KINDS[signer.publicKey.asymmetricKeyType] ?? []).includes(hex(parts(info[4])[0].content)), "another algorithm");
  must(signedBy("sha256", signed, signer.publicKey, info[5].content), "the signature does not fit");
  bundle.signer = { certificate: signer, others: certificates, at: moment(attributes.get(OID.signingTime)) };
}
function moment(value) {
  const said = value.content.toString("latin1");
  const form = { 0x17: /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, 0x18: /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ }[value.tag];
  const [, year, ...rest] = form.exec(said) ?? fail("no time");
  const full = value.tag === 0x18 ? Number(year) : Number(year) + (Number(year) < 69 ? 2000 : 1900);
  return Date.UTC(full, Number(rest[0]) - 1, ...rest.slice(1).map(Number));
}
function looseBase64(said) {
  const bytes = Buffer.from(said, "base64");
  must(bytes.toString("base64").replace(/=+$/, "") === said.replace(/=+$/, ""), "not base64");
  return bytes;
}

// 6 certificate
function certificate(bundle) {
  const signer = bundle.signer ?? fail("no signature"), root = new X509Certificate(file(bundle, "ca.crt"));
  let current = signer.certificate;
  for (let n = 0; ; n++) {
    must(n < 8, "does not lead to ca.crt");
    must(Date.parse(current.validFrom) <= signer.at && signer.at <= Date.parse(current.validTo), "was not valid then");
    if (current.raw.equals(root.raw)) break;
    const below = current;
    current = [root, ...signer.others].find((one) => one.subject === below.issuer && !one.raw.equals(below.raw) && one.ca
      && below.checkIssued(one) && below.verify(one.publicKey)) ?? fail("does not lead to ca.crt");
  }
  const pinned = bundle.options.ca;
  must(pinned === undefined || pinned.replaceAll(":", "").toLowerCase() === hex(sha256(root.raw)), "not the pinned authority");
}

// 7 and 8: signed notes, keys, checkpoints
function base64(said) {
  const bytes = Buffer.from(said, "base64");
  must(bytes.toString("base64") === said, "not canonical base64");
  return bytes;
}
function decimal(said) {
  must(/^(0|[1-9][0-9]{0,14})$/.test(said), "not a decimal number");
  return Number(said);
}
function key(vkey, kind = 1) {
  const [, name, digest, rest] = /^([^\s+]+)\+([^+]*)\+(.*)$/s.exec(vkey) ?? fail("not a verifier key");
  const data = base64(rest), id = hex(sha256(Buffer.from(`${name}\n`), data).subarray(0, 4));
  must(data.length === 33 && data[0] === kind && id === digest, "not such a key, or its hash does not fit");
  const point = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), data.subarray(1)]);
  return { vkey, name, id, public: createPublicKey({ key: point, format: "der", type: "spki" }) };
}
function note(said) {
  must(!/[\x00-\x09\x0b-\x1f]/.test(said), "a control character");
  const cut = said.lastIndexOf("\n\n");
  must(cut >= 0 && said.endsWith("\n"), "not a note");
  const lines = said.slice(cut + 2, -1).split("\n").map((line) => {
    const [, name, data] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? fail("a line that is no signature");
    return { name, data: base64(data) };
  });
  return { said, text: said.slice(0, cut + 1), lines };
}
const mine = (opened, by) => opened.lines.filter((one) => one.name === by.name && hex(one.data.subarray(0, 4)) === by.id);
function checkpointOf(said, by) {
  const opened = note(said), found = mine(opened, by);
  must(found.length > 0, `not signed by ${by.name}`);
  for (const one of found) must(signedBy(null, Buffer.from(opened.text), by.public, one.data.subarray(4)), "does not fit");
  const lines = opened.text.split("\n");
  must(lines.length === 4 && lines[0] === by.name, "of another log, or not three lines");
  const root = base64(lines[2]);
  must(root.length === 32, "no root");
  return { note: said, size: decimal(lines[1]), root };
}
function proofOf(said, index) {
  const cut = said.indexOf("\n\n");
  const lines = (cut < 0 ? said : said.slice(0, cut)).split("\n");
  must(lines[0] === "c2sp.org/tlog-proof@v1" && lines[1] === `index ${index}`, "the proof of another entry");
  const steps = lines.slice(2).map(base64);
  must(steps.length < 64 && steps.every((one) => one.length === 32), "not hashes");
  return { steps, note: cut < 0 ? "" : said.slice(cut + 2) };
}

function handOvers(bundle) {
  const folder = `${LEDGER}keys/`, names = [...bundle.files.keys()].filter((one) => one.startsWith(folder));
  const numbers = names.filter((one) => one.endsWith(".entry")).map((one) => decimal(one.slice(folder.length, -6)));
  must(names.length === 2 * numbers.length, "other files than entries and proofs");
  return numbers.sort((a, b) => a - b).map((index) => {
    const body = file(bundle, `${folder}${index}.entry`), record = canonical(body);
    must(same(Object.keys(record).sort(), FIELDS) && record.entity.kind === "ledger key", "hands no key over");
    const [, fresh, former] = /^([^ ]*) (.*)$/s.exec(record.entity.id) ?? fail("names no two keys");
    const proof = proofOf(text(bundle, `${folder}${index}.tlog-proof`), index), rotation = record.action === "ledger.key_rotated";
    const over = { rotation, fresh: key(fresh), former: key(former), note: proof.note };
    const underFormer = rotation || record.action === "ledger.key_replaced";
    const signed = checkpointOf(proof.note, underFormer ? over.former : over.fresh);
    must(signed.size === index + 1 && included(sha256(Buffer.of(0), body), index, proof.steps, signed), "not the last entry");
    return over;
  });
}
function ledgerKey(bundle) {
  const named = key(text(bundle, `${LEDGER}vkey`).replace(/\n$/, "")), overs = handOvers(bundle);
  bundle.handed = [];
  let current = bundle.options.key === undefined ? named : key(bundle.options.key);
  if (bundle.options.key !== undefined) {
    for (const over of overs) {
      if (!over.rotation || over.former.vkey !== current.vkey) continue;
      bundle.handed.push(checkpointOf(over.note, current));
      current = over.fresh;
    }
  }
  bundle.key = current;
  must(current.vkey === named.vkey, "not the pinned key");
  bundle.keys = [current];
  for (const over of overs.reverse()) {
    if (over.rotation && over.fresh.vkey === bundle.keys.at(-1).vkey) bundle.keys.push(over.former);
  }
}
function checkpoint(bundle) {
  const found = checkpointOf(text(bundle, `${LEDGER}checkpoint`), bundle.key ?? fail("no key"));
  for (const earlier of bundle.handed) continues(bundle, earlier, found);
  bundle.checkpoint = found;
}

// 9 entries: canonical JSON; a reader of its own, as JSON.parse hides keys that occur twice
function json(said) {
  let at = 0;
  const space = () => { while (" \t\n\r".includes(said[at] ?? "x")) at++; };
  const take = (word) => { must(said.startsWith(word, at), "not JSON"); at += word.length; };
  function string() {
    const [whole] = /^"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/.exec(said.slice(at)) ?? fail("not JSON");
    at += whole.length;
    const value = JSON.parse(whole);
    must(value.isWellFormed(), "half a character");
    return value;
  }
  function list(close, item) {
    at++;
    space();
    if (said[at] === close) { at++; return; }
    for (;;) {
      item();
      space();
      if (said[at] === close) { at++; return; }
      take(",");
      space();
    }
  }
  function value() {
    space();
    if (said[at] === "{") {
      const found = Object.create(null);
      list("}", () => {
        const name = string();
        must(/^[\x00-\x7f]*$/.test(name) && !(name in found), "a key that occurs twice or is not ASCII");
        space();
        take(":");
        found[name] = value();
      });
      return found;
    }
    if (said[at] === "[") {
      const found = [];
      list("]", () => found.push(value()));
      return found;
    }
    if (said[at] === '"') return string();
    for (const [word, meant] of [["true", true], ["false", false], ["null", null]]) {
      if (said.startsWith(word, at)) { at += word.length; return meant; }
    }
    const [whole] = /^-?(0|[1-9][0-9]*)(?![.eE0-9])/.exec(said.slice(at)) ?? fail("not an integer");
    at += whole.length;
    must(Number.isSafeInteger(Number(whole)), "too large a number");
    return Number(whole);
  }
  const found = value();
  space();
  must(at === said.length, "something after the value");
  return found;
}
function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (value === null || typeof value !== "object") return Object.is(value, -0) ? "0" : JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${written(value[name])}`).join(",")}}`;
}
const FIELDS = ["action", "actor", "at", "checkpoint", "entity", "id", "payload", "role", "v"];
const same = (left, right) => left.length === right.length && left.every((one, n) => one === right[n]);
function canonical(bytes) {
  const said = utf8.decode(bytes), value = json(said);
  must(value !== null && typeof value === "object" && !Array.isArray(value), "not an object");
  must(written(value) === said && !said.includes("\\u0000") && bytes.length <= 65535, "not the canonical form");
  return value;
}
function entries(bundle) {
  const lines = text(bundle, `${LEDGER}entries.jsonl`).split("\n"), ids = new Set();
  must(lines.length > 1 && lines.pop() === "", "no entries, or cut short");
  let last = { index: -1, at: -1 };
  bundle.entries = [];
  const found = lines.map((line) => {
    const value = json(line);
    must(same(Object.keys(value).sort(), ["body", "index", "payload", "salt"]), "other fields");
    must(Number.isSafeInteger(value.index) && value.index >= 0, "no index");
    must([value.body, value.payload, value.salt].every((one) => typeof one === "string"), "a value of the wrong kind");
    must(/^([0-9a-f]{2})*$/.test(value.salt), "a salt that is not hexadecimal");
    const record = canonical(Buffer.from(value.body));
    must(same(Object.keys(record).sort(), FIELDS) && record.v === 1 && Number.isSafeInteger(record.at), "other fields");
    must(value.index > last.index && record.at >= last.at && !ids.has(record.id), "out of order, or twice");
    ids.add(record.id);
    last = { index: value.index, at: record.at };
    return { ...value, record };
  });
  bundle.entries = found;
}

// 10 proofs: RFC 9162, 2.1.3.2
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
function rootOf(leaf, index, steps, size) { // undefined where the proof is of another length
  let node = index, last = size - 1, result = leaf;
  const up = () => { node = Math.floor(node / 2); last = Math.floor(last / 2); };
  for (const step of steps) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      result = nodeHash(step, result);
      while (node % 2 === 0 && node !== 0) up();
    } else {
      result = nodeHash(result, step);
    }
    up();
  }
  return index < size && last === 0 ? result : undefined;
}
const included = (leaf, index, steps, signed) => rootOf(leaf, index, steps, signed.size)?.equals(signed.root) ?? false;
function proofs(bundle) {
  const signed = bundle.checkpoint ?? fail("no checkpoint");
  must(bundle.entries?.length > 0, "no entries");
  const present = [...bundle.files.keys()].filter((name) => name.startsWith(`${LEDGER}proofs/`));
  must(present.length === bundle.entries.length, "not one proof for each entry");
  for (const entry of bundle.entries) {
    const proof = proofOf(text(bundle, `${LEDGER}proofs/${entry.index}.tlog-proof`), entry.index);
    must(proof.note === signed.note, "under another checkpoint");
    must(included(sha256(Buffer.of(0), Buffer.from(entry.body)), entry.index, proof.steps, signed), "not in the ledger");
  }
}

// 11 payloads
function payloads(bundle) {
  must(bundle.entries?.length > 0, "no entries");
  for (const { record, payload, salt } of bundle.entries) {
    if (payload === "") { must(salt === "", "a salt without a payload"); continue; }
    const made = createHmac("sha256", Buffer.from(salt, "hex")).update(record.id).update(payload).digest("hex");
    must(made === record.payload, "not the payload that the entry commits to");
  }
}

// 12 state: RFC 9162, 2.1.4.2
function continues(bundle, seen, now) {
  must(now.size >= seen.size, "the ledger went back");
  if (now.size === seen.size) { must(now.root.equals(seen.root), "two ledgers of one size"); return; }
  const blocks = text(bundle, `${LEDGER}consistency`).replace(/\n$/, "").split("\n\n").map((one) => one.split("\n"));
  const [, ...lines] = blocks.find((one) => one[0] === `old ${seen.size}`) ?? fail("no consistency proof");
  const steps = lines.map(base64);
  let power = 1;
  while (power < seen.size) power *= 2;
  if (power === seen.size) steps.unshift(seen.root);
  must(steps.length > 0, "an empty proof");
  let node = seen.size - 1, last = now.size - 1, before = steps[0], after = steps[0];
  const up = () => { node = Math.floor(node / 2); last = Math.floor(last / 2); };
  while (node % 2 === 1) up();
  for (const step of steps.slice(1)) {
    must(last !== 0, "too long a proof");
    if (node % 2 === 1 || node === last) {
      before = nodeHash(step, before);
      after = nodeHash(step, after);
      while (node % 2 === 0 && node !== 0) up();
    } else {
      after = nodeHash(after, step);
    }
    up();
  }
  must(last === 0 && before.equals(seen.root) && after.equals(now.root), "not continued");
}
function under(bundle, said) {
  const opened = note(said);
  return checkpointOf(said, bundle.keys.find((one) => mine(opened, one).length > 0) ?? bundle.keys[0]);
}
const kept = (note) => `${note.replaceAll("\r\n", "\n").replace(/^[\ufeff \t\n]+|[\ufeff \t\n]+$/g, "")}\n`;
function state(bundle) {
  const path = bundle.options.state;
  if (path === undefined) return;
  must(bundle.checkpoint, "no checkpoint");
  if (existsSync(path)) continues(bundle, under(bundle, kept(utf8.decode(readFileSync(path)))), bundle.checkpoint);
}

// 13 witnesses: C2SP tlog-cosignature
function inTime(bundle, size, at) {
  for (const { index, record } of bundle.entries ?? []) {
    must(index >= size || record.at / 1e6 <= at + TOLERANCE, `entry ${index} is dated after it was seen`);
    must(index < size || record.at / 1e6 >= at - TOLERANCE, `entry ${index} is dated before a ledger without it`);
  }
}
function witnesses(bundle) {
  const wanted = bundle.options.witness;
  if (!bundle.files.has(`${LEDGER}cosigned`)) { must(wanted.length === 0, "no cosigned checkpoint"); return; }
  const said = text(bundle, `${LEDGER}cosigned`), seen = under(bundle, said), opened = note(said);
  continues(bundle, seen, bundle.checkpoint ?? fail("no checkpoint"));
  for (const vkey of wanted) {
    const by = key(vkey, 4), times = mine(opened, by).map(({ data }) => {
      const seconds = Number(data.readBigUInt64BE(4));
      const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${opened.text}`);
      must(data.length === 76 && signedBy(null, message, by.public, data.subarray(12)), "does not fit");
      return seconds;
    });
    must(times.length > 0, `not cosigned by ${by.name}`);
    inTime(bundle, seen.size, Math.max(...times));
  }
}

// 14 time stamps: RFC 3161, what the token is over and when
function timeStamps(bundle) {
  const names = ["stamped", "stamped.tst"].filter((name) => bundle.files.has(LEDGER + name));
  if (names.length === 0) return;
  must(names.length === 2 && bundle.checkpoint, "a time stamp without its note");
  const said = text(bundle, `${LEDGER}stamped`), seen = under(bundle, said), token = file(bundle, `${LEDGER}stamped.tst`);
  continues(bundle, seen, bundle.checkpoint);
  const outer = der(token), [kind, wrapped] = parts(outer), [, , content] = parts(der(wrapped.content));
  const [inner, octets] = parts(content);
  must(outer.raw.length === token.length && hex(kind.content) === OID.signedData && hex(inner.content) === OID.stampInfo, "no token");
  const [, , imprint, , time] = parts(der(der(octets.content).content)), [algorithm, digest] = parts(imprint);
  must(hex(parts(algorithm)[0].content) === OID.sha256 && sha256(Buffer.from(said)).equals(digest.content), "over something else");
  const at = moment({ tag: 0x18, content: Buffer.from(time.content.toString("latin1").replace(/\.\d+/, "")) });
  inTime(bundle, seen.size, Math.floor(at / 1000));
}

// 15 events: rows of recorded files, under the root that the particulars of their entry name
const EVENT = ["actor", "at", "duration", "form", "id", "input", "kind", "model", "output", "role", "source", "v", "version"];
function event(bytes) {
  const found = canonical(bytes);
  must(same(Object.keys(found).sort(), EVENT) && found.v === 1, "not an event");
  return found;
}
const eventLeaf = (bytes) => sha256(Buffer.of(0), bytes);
function wholeFile(lines, told) {
  const ids = [];
  let level = lines.map((line) => {
    const erased = /^{"leaf":"([0-9a-f]{64})"}$/.exec(line);
    if (erased) return Buffer.from(erased[1], "hex");
    ids.push(event(Buffer.from(line)).id);
    return eventLeaf(Buffer.from(line));
  });
  must(lines.length === told.rows && new Set(ids).size === ids.length, "not as many events");
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, n) =>
      level[2 * n + 1] ? nodeHash(level[2 * n], level[2 * n + 1]) : level[2 * n]);
  }
  must(hex(level[0]) === told.root, "not the events that were recorded, or not in their order");
}
function chosenEvents(lines, told) {
  const seen = new Set();
  for (const line of lines) {
    const one = canonical(Buffer.from(line));
    must(same(Object.keys(one).sort(), ["event", "input_key", "line", "path"]) && Number.isSafeInteger(one.line), "other fields");
    const body = Buffer.from(one.event), steps = one.path.map(base64);
    event(body);
    must(steps.every((step) => step.length === 32), "not hashes");
    const under = { size: told.rows, root: Buffer.from(told.root, "hex") };
    must(included(eventLeaf(body), one.line, steps, under) && !seen.has(one.line), "does not stand there");
    seen.add(one.line);
  }
}
function events(bundle) {
  for (const name of [...bundle.files.keys()].filter((each) => each.startsWith("data/events/"))) {
    const [, index, kind] = /^data\/events\/(0|[1-9][0-9]*)\.(rows|chosen)\.jsonl$/.exec(name) ?? fail("another name");
    const entry = bundle.entries?.find((one) => one.index === Number(index)) ?? fail("of no entry of this bundle");
    must(entry.record.action === "events.recorded", "its entry records no events");
    const told = canonical(Buffer.from(entry.payload));
    must(/^[0-9a-f]{64}$/.test(told.root) && Number.isSafeInteger(told.rows), "no root and rows");
    const lines = text(bundle, name).split("\n");
    must(lines.length > 1 && lines.pop() === "", "empty, or cut short");
    (kind === "rows" ? wholeFile : chosenEvents)(lines, told);
  }
}

// the proof of one event, long (JSON) or short (CSP2: "The short form" in docs/ledger.md)
const SCHEMA = "156e293547e80476e0a15b58358f12dcd2b4bb47a2fbedde36ecf1519b64ddd3";
const PHRASES = ['{"action":"events.recorded","actor":"', '","at":', ',"checkpoint":"', '","entity":{"id":"',
  '","kind":"batch"},"id":"', '","payload":"', '","role":"pipeline","v":1}', '","role":"', '","v":1}', '{"actor":"',
  ',"duration":', ',"form":"commitment","id":"', ',"form":"masked","id":"', ',"form":"none","id":"', '","input":"',
  '","kind":"inference","model":"', '","kind":"pipeline","model":"', '","kind":"activity","model":"', '","output":"',
  '","role":"pipeline","source":"', '","source":"', '","v":1,"version":"', '"}', '{"file":"', '","first_at":',
  ',"last_at":', ',"root":"', '","rows":', `,"schema":"${SCHEMA}"}`, "c2sp.org/tlog-proof@v1\nindex ", "\n\n— ", "\n\n",
  "\n— "];
const BINARY = { 0xff: [32, "hex"], 0xfe: [16, "hex"], 0xfd: [32, "base64"], 0xfc: [68, "base64"], 0xf9: [76, "base64"] };
const PROOF = ["entry", "event", "form", "input_key", "line", "path", "payload", "receipt", "rows", "salt"];

function tokens(bytes) {
  let said = "", at = 0;
  const take = (count) => {
    must(at + count <= bytes.length, "cut short");
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const [lead] = take(1);
    const follow = lead < 0x80 ? 0 : lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
    if (follow >= 0) {
      must(lead > 0, "a character zero");
      said += utf8.decode(Buffer.concat([Buffer.of(lead), take(follow)]));
    } else if (lead < 0xc0) said += PHRASES[lead - 0x80] ?? fail("no such phrase");
    else if (lead === 0xfb) said += BigInt(`0x${hex(take(7))}`).toString();
    else if (lead === 0xfa) said += "\0";
    else {
      const [size, form] = BINARY[lead] ?? fail("no such token");
      said += take(size).toString(form);
    }
  }
  return said;
}
function unshortened(data) {
  let at = 4;
  const number = () => {
    let value = 0, shift = 1;
    for (let n = 0; n < 8; n++, shift *= 128) {
      const byte = data[at++] ?? fail("cut short");
      value += (byte & 127) * shift;
      if (byte < 128) { must(n === 0 || byte > 0, "a number is longer than it need be"); return value; }
    }
    return fail("too large a number");
  };
  const field = () => {
    const size = number();
    must(at + size <= data.length, "cut short");
    at += size;
    return data.subarray(at - size, at);
  };
  const event = tokens(field()), line = number(), rows = number(), steps = field(), inputKey = hex(field());
  const payload = tokens(field()), salt = field(), entry = tokens(field()), receipt = tokens(field());
  must(at === data.length && steps.length % 32 === 0, "longer than it says, or not hashes");
  const path = Array.from({ length: steps.length / 32 }, (_, n) => steps.subarray(32 * n, 32 * n + 32));
  const root = rootOf(eventLeaf(Buffer.from(event)), line, path, rows) ?? fail("the path has another length");
  const told = payload.replaceAll("\0", hex(root)), { id } = canonical(Buffer.from(entry.replaceAll("\0", "")));
  const filled = entry.replaceAll("\0", createHmac("sha256", salt).update(id + told).digest("hex"));
  const [head, signed] = halves(receipt), lines = head.split("\n");
  const top = rootOf(eventLeaf(Buffer.from(filled)), decimal(lines[1].slice(6)), lines.slice(2).map(base64),
    decimal(signed.split("\n")[1])) ?? fail("the proof has another length");
  return { entry: filled, event, form: "countersign-event-proof/1", input_key: inputKey, line, path: path.map((one) =>
    one.toString("base64")), payload: told, receipt: receipt.replaceAll("\0", top.toString("base64")), rows, salt: hex(salt) };
}
// the receipt of an act, as C2SP tlog-proof, and the exact bytes of its entry
export function verifyReceipt(data, body, options) {
  const said = utf8.decode(data), by = key(options.key ?? fail("no key is pinned"));
  const [head, signed] = halves(said), index = decimal(head.split("\n")[1]?.slice(6) ?? "");
  const { steps } = proofOf(said, index), entry = body.at(-1) === 10 ? body.subarray(0, -1) : body;
  must(same(Object.keys(canonical(entry)).sort(), FIELDS), "not an entry");
  must(included(eventLeaf(entry), index, steps, checkpointOf(signed, by)), "not in the ledger");
}
function halves(said) {
  const cut = said.indexOf("\n\n");
  must(cut >= 0, "no empty line");
  return [said.slice(0, cut), said.slice(cut + 2)];
}
export function verifyEvent(data, options) {
  const short = data.subarray(0, 4).equals(Buffer.from("CSP2"));
  const proof = short ? unshortened(data) : canonical(data.at(-1) === 10 ? data.subarray(0, -1) : data);
  must(same(Object.keys(proof).sort(), PROOF) && proof.form === "countersign-event-proof/1", "not a proof of an event");
  const by = key(options.key ?? fail("no key is pinned")), body = Buffer.from(proof.event);
  event(body);
  const entry = canonical(Buffer.from(proof.entry)), told = canonical(Buffer.from(proof.payload));
  must(same(Object.keys(entry).sort(), FIELDS) && entry.v === 1 && entry.action === "events.recorded", "records no events");
  must(/^[0-9a-f]{64}$/.test(told.root) && told.rows === proof.rows && Number.isSafeInteger(proof.line), "no such root and rows");
  const root = Buffer.from(told.root, "hex");
  must(included(eventLeaf(body), proof.line, proof.path.map(base64), { size: told.rows, root }), "does not stand there");
  must([proof.salt, proof.input_key].every((one) => /^([0-9a-f]{2})*$/.test(one)), "not hexadecimal");
  const mac = createHmac("sha256", Buffer.from(proof.salt, "hex")).update(entry.id + proof.payload).digest("hex");
  must(mac === entry.payload, "the entry commits to other particulars");
  const [head, signed] = halves(proof.receipt), index = decimal(head.split("\n")[1]?.slice(6) ?? "");
  const { steps } = proofOf(proof.receipt, index);
  must(included(eventLeaf(Buffer.from(proof.entry)), index, steps, checkpointOf(signed, by)), "not in the ledger");
}

const STEPS = { container, layout, "tag files": tagFiles, "data files": dataFiles, signature, certificate,
  "ledger key": ledgerKey, checkpoint, entries, proofs, payloads, state, witnesses, "time stamps": timeStamps, events };

export function verify(data, options) {
  const bundle = { data, options, files: new Map(), handed: [] };
  return Object.entries(STEPS).map(([name, step]) => {
    try {
      step(bundle);
      return { name, passed: true, detail: "" };
    } catch (error) {
      if (error instanceof NotABundle) throw error;
      return { name, passed: false, detail: String(error.message) };
    }
  });
}

function main([path, ...rest]) {
  const options = { witness: [] };
  for (let n = 0; n < rest.length; n += 2) {
    const name = rest[n].replace(/^--/, "");
    if (name === "witness") options.witness.push(rest[n + 1]);
    else options[name] = rest[n + 1];
  }
  const steps = verify(readFileSync(path), options), passed = steps.every((one) => one.passed);
  return { passed, steps };
}

// `node verify.mjs --unpack BUNDLE.zip FOLDER` writes the files of a bundle whose container and layout hold
if (process.argv[2] === "--unpack") {
  const bundle = { data: readFileSync(process.argv[3]), options: {} };
  container(bundle);
  layout(bundle);
  for (const [name, content] of bundle.files) {
    mkdirSync(dirname(join(process.argv[4], name)), { recursive: true });
    writeFileSync(join(process.argv[4], name), content, { flag: "wx" });
  }
} else if (process.argv[2] === "receipt") {
  // `node verify.mjs receipt FILE [SHARED | ENTRY] --key K`
  const named = process.argv.slice(3), until = named.indexOf("--key");
  try {
    const files = named.slice(0, until).map((path) => readFileSync(path)), options = { key: named[until + 1] };
    if (files[0].subarray(0, 23).toString() === "c2sp.org/tlog-proof@v1\n") verifyReceipt(...files, options);
    else verifyEvent(Buffer.concat(files), options);
    console.log("Everything holds.");
  } catch (error) {
    console.log(String(error.message));
    process.exitCode = 1;
  }
} else if (process.argv[2] === "--many") {
  // `node verify.mjs --many` reads lines of JSON {"bundle": path, "args": […]} and answers each with one line
  for (const line of readFileSync(0, "utf-8").split("\n").filter(Boolean)) {
    const asked = JSON.parse(line);
    try {
      console.log(JSON.stringify(main([asked.bundle, ...asked.args])));
    } catch (error) {
      console.log(JSON.stringify({ passed: false, steps: [], error: String(error.message) }));
    }
  }
} else {
  try {
    const found = main(process.argv.slice(2));
    console.log(JSON.stringify(found, null, 2));
    process.exitCode = found.passed ? 0 : 1;
  } catch (error) {
    console.log(JSON.stringify({ passed: false, error: String(error.message) }));
    process.exitCode = 2;
  }
}
