// A stand-in for the object js of Max, by Max's documentation, in Node: the functions and objects that the script
// uses and no others (no require, no console, no setTimeout). It refuses what Max refuses: a buffer~ that was never
// made, an outlet that is not there, a file that can't be opened; and it reads a file into a buffer~ only later.
//
// Arguments: the script, the port of the bridge, the own port. Every line typed is a message to the inlet, as JSON.

const dgram = require("dgram");
const fs = require("fs");
const path = require("path");
const readline = require("readline");
const vm = require("vm");

const [script, bridge, own] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const socket = dgram.createSocket("udp4");
const buffers = new Map();

function padded(text) {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([bytes, Buffer.alloc(4 - (bytes.length % 4))]);
}

function encoded(address, values) {
  const tags = values.map((value) => (typeof value === "string" ? "s" : Number.isInteger(value) ? "i" : "f")).join("");
  const body = values.map((value, place) => {
    if (tags[place] === "s") return padded(value);
    const four = Buffer.alloc(4);
    if (tags[place] === "i") four.writeInt32BE(value);
    else four.writeFloatBE(value);
    return four;
  });
  return Buffer.concat([padded(address), padded("," + tags), ...body]);
}

function decoded(packet) {
  let at = 0;
  const text = () => {
    const end = packet.indexOf(0, at);
    const found = packet.toString("utf8", at, end);
    at = end + 4 - (end % 4);
    return found;
  };
  const address = text();
  const values = [...text().slice(1)].map((tag) => {
    if (tag === "s") return text();
    at += 4;
    return tag === "i" ? packet.readInt32BE(at - 4) : packet.readFloatBE(at - 4);
  });
  return [address, ...values];
}

class File {
  constructor(name, access) {
    if (access !== "read") throw new Error("only reading is played here");
    const place = path.isAbsolute(name) ? name : path.join(path.dirname(script), name);
    this.isopen = fs.existsSync(place);
    this.bytes = this.isopen ? fs.readFileSync(place) : Buffer.alloc(0);
    this.eof = this.bytes.length;
    this.position = 0;
  }
  readbytes(count) {
    const read = [...this.bytes.subarray(this.position, this.position + count)];
    this.position += read.length;
    return read;
  }
  readline(most) {
    const rest = this.bytes.toString("utf8", this.position, this.position + most).split("\n")[0];
    this.position += Buffer.byteLength(rest) + 1;
    return rest.replace(/\r$/, "");
  }
  close() {
    this.isopen = false;
  }
}

class MaxBuffer {
  constructor(name) {
    if (!buffers.has(name)) throw new Error("no buffer~ " + name);
    this.name = name;
  }
  framecount() {
    return buffers.get(this.name);
  }
}

class Task {
  constructor(work, object, values) {
    if (values !== undefined && !Array.isArray(values)) throw new Error("a Task's arguments are an array");
    Object.assign(this, { work, object, values: values || [], interval: 500 });
  }
  run() {
    this.work.apply(this.object === undefined ? world : this.object, this.values);
  }
  repeat() {
    this.cancel();
    this.timer = setInterval(() => this.run(), this.interval);
  }
  schedule(milliseconds) {
    this.timer = setTimeout(() => this.run(), milliseconds);
  }
  cancel() {
    clearInterval(this.timer);
  }
}

function framesOf(file) {
  const head = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
  const data = head.indexOf("data");
  return head.toString("latin1", 0, 4) === "RIFF" && data > 0 ? head.readUInt32LE(data + 4) / head.readUInt16LE(32) : 0;
}

const patcher = {
  newdefault(left, top, kind, name) {
    if (kind !== "buffer~") throw new Error("no object " + kind);
    buffers.set(name, 0);
    return {
      name,
      message(word, file) {
        if (word !== "replace") throw new Error("buffer~ has no message " + word);
        if (!world.deaf) setTimeout(() => buffers.set(name, framesOf(file)), 120);
      },
    };
  },
  remove(object) {
    buffers.delete(object.name);
    console.log("REMOVED " + object.name);
  },
};

let target = bridge;
const world = vm.createContext({
  File, Task, Buffer: MaxBuffer, patcher, deaf: false,
  post: (text) => process.stdout.write(text),
  arrayfromargs: (values) => [...values],
  outlet(place, word, ...values) {
    if (place === 1) console.log("VOICE " + JSON.stringify([word, ...values]));
    else if (place !== 0) throw new Error("no outlet " + place);
    else if (word === "port") target = values[0];
    else socket.send(encoded(word, values), target, "127.0.0.1");
  },
});

function message(word, ...values) {
  const receiver = typeof world[word] === "function" ? word : "anything";
  world.messagename = word;
  world[receiver](...values);
}

vm.runInContext(fs.readFileSync(script, "utf8").replace("OWN_PORT = 9136", "OWN_PORT = " + own), world);
if (world.inlets !== 1 || world.outlets !== 2) throw new Error("the patch has one inlet and two outlets");
socket.on("message", (packet) => message(...decoded(packet)));
socket.bind(own, "127.0.0.1", () => world.loadbang());
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [word, ...values] = JSON.parse(line);
  if (word === "set") {
    world[values[0]] = values[1];
    console.log("SET " + values[0]);
  } else message(word, ...values);
});
