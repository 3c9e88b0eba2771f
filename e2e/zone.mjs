// A name server whose zone a journey writes: addresses and texts of names. It says of every
// other name that there is none (RFC 1035).
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { later } from "./house.mjs";

const kinds = { A: 1, TXT: 16 };

export class Zone {
  /** Answers on a free port of this machine until the test t has ended. */
  static async start(t) {
    const zone = new Zone();
    zone.names = new Map(); // of each name: { A: [...], TXT: [...] }
    zone.socket = createSocket("udp4", (asked, from) => zone.socket.send(zone.answer(asked), from.port, from.address));
    zone.socket.bind(0, "127.0.0.1");
    await once(zone.socket, "listening");
    zone.address = `127.0.0.1:${zone.socket.address().port}`;
    later(t, () => zone.socket.close());
    return zone;
  }

  /** Gives a name its addresses of IPv4, in the place of those that it had. */
  lead(name, ...addresses) { this.put(name, "A", addresses.map((one) => Buffer.from(one.split(".").map(Number)))); }

  /** Gives a name its texts, each of at most 255 bytes. */
  write(name, ...texts) { this.put(name, "TXT", texts.map((one) => Buffer.concat([Buffer.of(Buffer.byteLength(one)), Buffer.from(one)]))); }

  put(name, kind, data) { this.names.set(name, { ...this.names.get(name), [kind]: data }); }

  /** The answer to a message that asks one question. */
  answer(asked) {
    let end = 12;
    const labels = [];
    for (; asked[end] > 0; end += asked[end] + 1) labels.push(asked.toString("ascii", end + 1, end + 1 + asked[end]));
    const question = asked.subarray(12, end + 5);
    const kind = question.readUInt16BE(question.length - 4);
    const known = this.names.get(labels.join(".").toLowerCase());
    const found = Object.entries(known ?? {}).filter(([name]) => kinds[name] === kind).flatMap(([, data]) => data);
    const header = Buffer.from(asked.subarray(0, 12));
    header.writeUInt16BE(known ? 0x8180 : 0x8183, 2); // an answer, by who asks others too; or no such name
    [1, found.length, 0, 0].forEach((count, i) => header.writeUInt16BE(count, 4 + 2 * i));
    return Buffer.concat([header, question, ...found.map((data) => {
      const record = Buffer.alloc(12); // the name as in the question, no time to live
      [0xc00c, kind, 1, 0, 0, data.length].forEach((part, i) => record.writeUInt16BE(part, 2 * i));
      return Buffer.concat([record, data]);
    })]);
  }
}
