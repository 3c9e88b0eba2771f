// Where unfinished uploads are remembered between two visits. Only an address,
// a size and a date are kept, under a hash of what identifies the file: no name
// is ever written into the browser's storage.
const prefix = "cenacle.upload.";
const kept = 24 * 3600 * 1000;

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A hash that recognises the same file for the same destination. */
export async function fingerprint(file, options) {
  const facts = JSON.stringify([file.name, file.type, file.size, file.lastModified, options.endpoint, options.metadata?.space ?? "", options.metadata?.path ?? ""]);
  return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(facts)));
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** The store in the shape that tus-js-client asks for. */
export class Memory {
  async findAllUploads() {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => this.entry(key)).filter(Boolean);
  }

  async findUploadsByFingerprint(print) {
    const entry = this.entry(prefix + print);
    return entry ? [entry] : [];
  }

  async removeUpload(key) { localStorage.removeItem(key); }

  /** Forgets the upload at an address, when it was given up. */
  async forget(path) {
    for (const { urlStorageKey, uploadUrl } of await this.findAllUploads()) {
      if (new URL(uploadUrl, location.href).pathname === path) localStorage.removeItem(urlStorageKey);
    }
  }

  async addUpload(print, upload) {
    const key = prefix + print;
    localStorage.setItem(key, JSON.stringify({ uploadUrl: upload.uploadUrl, size: upload.size, at: Date.now() }));
    return key;
  }

  entry(key) {
    const found = read(key);
    if (!found?.uploadUrl || Date.now() - found.at > kept) {
      localStorage.removeItem(key);
      return null;
    }
    return { ...found, metadata: {}, creationTime: new Date(found.at).toString(), urlStorageKey: key };
  }
}
