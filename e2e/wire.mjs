// The network between a browser and a house: it can be slow, and it can be cut
// in the middle of a byte stream, as it is under a railway bridge.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { later } from "./house.mjs";

export class Wire {
  /** Leads to a house's port until the test t has ended; rate is bytes a second towards it. */
  static async start(t, { port }, rate) {
    const wire = new Wire();
    wire.rate = rate;
    wire.sockets = new Set();
    wire.server = createServer((near) => wire.join(near, port)).listen(0, "127.0.0.1");
    await once(wire.server, "listening");
    wire.base = `http://127.0.0.1:${wire.server.address().port}`;
    later(t, () => { wire.cut(); wire.server.close(); });
    return wire;
  }

  join(near, port) {
    if (this.broken) return near.destroy();
    const far = connect(port, "127.0.0.1");
    for (const [one, other] of [[near, far], [far, near]]) {
      this.sockets.add(one);
      one.on("error", () => other.destroy()); // the other end was cut; there is nobody to tell
      one.on("close", () => { this.sockets.delete(one); other.destroy(); });
    }
    far.pipe(near);
    near.on("data", (bytes) => {
      near.pause();
      far.write(bytes);
      setTimeout(() => near.resume(), this.rate ? (bytes.length / this.rate) * 1000 : 0);
    });
    near.on("end", () => far.end());
  }

  /** Every connection breaks now, and no new one is made until it is mended. */
  cut() {
    this.broken = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend() { this.broken = false; }
}
