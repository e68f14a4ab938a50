// A stand-in for the part of Bitwig Studio's controller API that the script calls, run in Node. It behaves as Bitwig is
// documented to: nothing happens at once, and what it can't do it does not, without a word; a script sees of the project
// only what it asked to see in `init`, as it was a moment ago. It refuses, loudly, what Bitwig refuses: what may only
// be called in `init`, values that were not marked, members that the loaded API version does not have or deprecates,
// bytes that are not signed, relative paths. There is no JavaScript in it after ES5, no file and no Java.
"use strict";

const fs = require("fs");
const path = require("path");
const vm = require("vm");

// Since which API version members are there (control surface API as documented; all others: 1).
const SINCE = {
  "DeviceChain.startOfDeviceChainInsertionPoint": 7, "DrumPad.insertionPoint": 7, "InsertionPoint.insertFile": 7,
  "Device.beforeDeviceInsertionPoint": 7, "Device.deleteObject": 10, "DeviceBank.setDeviceMatcher": 12,
  "Host.createInstrumentMatcher": 12, "Track.trackType": 2, "Bank.scrollPosition": 2, "Bank.getItemAt": 2,
  "Cursor.isPinned": 2, "Chain.name": 2, "Chain.exists": 2, "Device.exists": 2, "Device.name": 1,
};

// What JavaScript had in 2009; the rest is taken out of the script's world.
const ES5 = {
  global: "Object Function Array String Boolean Number Math Date RegExp Error EvalError RangeError ReferenceError " +
    "SyntaxError TypeError URIError JSON NaN Infinity undefined parseInt parseFloat isNaN isFinite decodeURI " +
    "decodeURIComponent encodeURI encodeURIComponent escape unescape eval globalThis host loadAPI println errorln load",
  array: "length constructor concat join pop push reverse shift slice sort splice toString toLocaleString unshift " +
    "indexOf lastIndexOf every some forEach map filter reduce reduceRight",
  string: "length constructor charAt charCodeAt concat indexOf lastIndexOf localeCompare match replace search slice " +
    "split substring substr toLowerCase toLocaleLowerCase toUpperCase toLocaleUpperCase toString valueOf trim",
  math: "E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow random " +
    "round sin sqrt tan",
};

class Refused extends Error {}

// Returns an object that has these members and no others.
function strict(kind, members) {
  return new Proxy(members, {
    get(target, key) {
      if (typeof key === "symbol") return target[key];
      if (!(key in target)) throw new Refused(`${kind} has no member ${key}`);
      return target[key];
    },
    set(target, key) { throw new Refused(`${kind}.${String(key)} can't be written`); },
  });
}

function device(name, type, file, pads) {
  return { name, type, file, pads: pads ? new Array(128).fill(null) : null };
}

class Bitwig {
  // `api` is the newest API version that this Bitwig has: 14 is that of Bitwig 4.0.
  constructor({ api = 14, seed = 1 } = {}) {
    this.api = api;
    this.clock = 0;
    this.tracks = [];
    this.selected = null;
    this.projectSettings = new Map();
    this.preferences = new Map([["Bridge's OSC port", 9127]]);
    this.takenPorts = new Set();
    this.sent = [];            // what the script sent: { port, packet }
    this.popups = [];
    this.errors = [];
    this.lines = [];
    this.inserts = [];         // paths that were inserted, in order
    this.deaf = new Set();     // kinds of orders that Bitwig does not carry out
    this.takes = [10, 120];    // how long an order takes, in milliseconds, between these
    this.orders = [];
    this.running = null;
    this.seed = seed;
    this.changed = true;
  }

  random() {
    this.seed = (this.seed * 1103515245 + 12345) % 2147483648;
    return this.seed / 2147483648;
  }

  // --- the project ------------------------------------------------------------------------------------------------

  addTrack(name, { type = "Instrument", devices = [] } = {}) {
    const track = { name, type, devices, level: 0 };
    this.tracks.push(track);
    this.changed = true;
    return track;
  }

  addDrums(name) {
    return this.addTrack(name, { devices: [device("Drum Machine", "instrument", "", true)] });
  }

  instrument(name) { return device(name, "instrument", ""); }

  effect(name) { return device(name, "effect", ""); }

  // Carries something out some time later; orders keep their order.
  order(kind, work) {
    if (this.deaf.has(kind)) return;
    const [least, most] = this.takes;
    const last = this.orders.length ? this.orders[this.orders.length - 1].at : 0;
    this.orders.push({ at: Math.max(last, this.clock + least + this.random() * (most - least)), work });
  }

  insertFile(file, into) {
    if (typeof file !== "string") throw new Refused("insertFile: a path is expected");
    this.inserts.push(file);
    if (!path.isAbsolute(file) || !fs.existsSync(file)) return;
    const head = fs.readFileSync(file).subarray(0, 4).toString("latin1");
    const fits = { ".wav": "RIFF", ".multisample": "PK\x03\x04" }[path.extname(file)];
    if (head === fits) this.order("insert", () => into(device("Sampler", "instrument", file)));
  }

  // --- the script ---------------------------------------------------------------------------------------------------

  start(script) {
    const run = { tasks: [], values: [], phase: "load", api: 0, observers: [], init: false };
    this.running = run;
    const context = vm.createContext({});
    context.host = this.hostFor(run);
    context.loadAPI = (version) => {
      if (version > this.api) throw new Refused(`API version ${version} is not supported`);
      run.api = version;
    };
    vm.runInContext(Bitwig.poverty(), context);
    vm.runInContext(fs.readFileSync(script, "utf8"), context, { filename: script });
    run.phase = "init";
    this.changed = true;
    vm.runInContext("init()", context);
    run.phase = "running";
    this.sync();
  }

  // The script is ended; Bitwig itself goes on with what it was told.
  stop() { this.running = null; }

  static poverty() {
    const keep = (list) => JSON.stringify(list.split(" "));
    return `(function () {
      function only(object, names) {
        Object.getOwnPropertyNames(object).forEach(function (name) {
          if (names.indexOf(name) < 0) { delete object[name]; }
        });
      }
      only(Array.prototype, ${keep(ES5.array)});
      only(String.prototype, ${keep(ES5.string)});
      only(Math, ${keep(ES5.math)});
      only(this, ${keep(ES5.global)});
    }).call(this);`;
  }

  // --- time ---------------------------------------------------------------------------------------------------------

  // Lets time pass; in every step orders that are due are carried out, the script sees it, and its tasks run.
  run(milliseconds, step = 10) {
    const end = this.clock + milliseconds;
    while (this.clock < end) {
      this.clock += step;
      while (this.orders.length && this.orders[0].at <= this.clock) {
        this.orders.shift().work();
        this.changed = true;
      }
      this.sync();
      this.runTasks();
    }
  }

  runTasks() {
    const run = this.running;
    if (!run) return;
    const due = run.tasks.filter((task) => task.at <= this.clock);
    run.tasks = run.tasks.filter((task) => task.at > this.clock);
    for (const task of due) if (this.running === run) task.work();
  }

  // Shows the script what has become of the project.
  sync() {
    if (!this.changed || !this.running) return;
    this.changed = false;
    for (const value of this.running.values) {
      const now = value.read();
      if (now !== value.seen) {
        value.seen = now;
        for (const observer of value.observers) observer(now);
      }
    }
  }

  receive(packet) {
    if (!this.running) return;
    const bytes = Array.from(new Int8Array(packet));
    for (const observer of this.running.observers) observer(bytes);
  }

  press(setting) { this.running.signals[setting](); }

  // --- what the script is given -------------------------------------------------------------------------------------

  hostFor(run) {
    const bitwig = this;
    run.signals = {};

    // Guards a member: the API version, and what belongs into `init`.
    function member(name, work, { init = false } = {}) {
      return (...given) => {
        if (bitwig.running !== run) throw new Refused(`${name} is called by a script that has ended`);
        if (run.api < (SINCE[name] || 1)) throw new Refused(`${name} is not in API version ${run.api}`);
        if (init && run.phase !== "init") throw new Refused(`${name} may only be called during init`);
        return work(...given);
      };
    }

    function guarded(kind, members, options = {}) {
      const made = {};
      for (const [name, work] of Object.entries(members)) {
        made[name] = member(`${kind}.${name}`, work, { init: (options.init || []).includes(name) });
      }
      return made;
    }

    function value(read, write) {
      const inner = { read, seen: undefined, observers: [], interested: false };
      function mark() {
        if (!inner.interested) run.values.push(inner);
        inner.interested = true;
        inner.seen = read();
      }
      return strict("Value", guarded("Value", {
        markInterested: mark,
        addValueObserver(observer) { mark(); inner.observers.push(observer); observer(inner.seen); },
        addRawValueObserver(observer) { mark(); inner.observers.push(observer); observer(inner.seen); },
        get() {
          if (!inner.interested) throw new Refused("get() of a value that was not marked as interesting");
          return inner.seen;
        },
        set(wanted) {
          if (!write) throw new Refused("this value can't be set");
          bitwig.order("set", () => write(wanted));
        },
        hide() {},
      }, { init: ["markInterested", "addValueObserver", "addRawValueObserver"] }));
    }

    function insertionPoint(into) {
      return strict("InsertionPoint", guarded("InsertionPoint", {
        insertFile(file) { bitwig.insertFile(file, into); },
      }));
    }

    // A device by how it is found; `list` returns the devices of its chain.
    function deviceProxy(find, list) {
      const exists = value(() => Boolean(find()));
      const name = value(() => (find() ? find().name : ""));
      const hasPads = value(() => Boolean(find() && find().pads));
      return strict("Device", Object.assign(guarded("Device", {
        exists: () => exists, name: () => name, hasDrumPads: () => hasPads,
        deleteObject() {
          const target = find();
          bitwig.order("delete", () => {
            const devices = list();
            const index = devices.indexOf(target);
            if (target && index >= 0) devices.splice(index, 1);
          });
        },
        beforeDeviceInsertionPoint() {
          const target = find();
          return insertionPoint((made) => {
            const devices = list();
            const index = devices.indexOf(target);
            if (target && index >= 0) devices.splice(index, 0, made);
          });
        },
      }), { find }));
    }

    function deviceBank(size, list) {
      let matches = () => true;
      const items = [];
      for (let index = 0; index < size; index += 1) {
        items.push(deviceProxy(() => list().filter(matches)[index], list));
      }
      return strict("DeviceBank", guarded("DeviceBank", {
        setDeviceMatcher(matcher) { matches = matcher.matches; },
        getItemAt(index) {
          if (!items[index]) throw new Refused("index outside of the bank");
          return items[index];
        },
      }));
    }

    // The members that tracks and drum pads share; `find` returns the track or pad, or null.
    function chainMembers(find) {
      const exists = value(() => Boolean(find()));
      const name = value(() => (find() ? find().name : ""), (wanted) => { if (find()) find().name = wanted; });
      const list = () => (find() ? find().devices : []);
      return Object.assign(guarded("Chain", { exists: () => exists, name: () => name }), guarded("DeviceChain", {
        createDeviceBank: (size) => deviceBank(size, list),
        addVuMeterObserver(range, channel, peak, observer) {
          if (range !== 128 || ![-1, 0, 1].includes(channel) || typeof peak !== "boolean") {
            throw new Refused("addVuMeterObserver: wrong arguments");
          }
          const level = value(() => (find() ? find().level : 0));
          level.addValueObserver(observer);
        },
        startOfDeviceChainInsertionPoint: () => insertionPoint((made) => { if (find()) find().devices.unshift(made); }),
      }, { init: ["createDeviceBank", "addVuMeterObserver"] }), { find });
    }

    function track(find) {
      const type = value(() => (find() ? find().type : ""));
      return Object.assign(chainMembers(find), guarded("Track", { trackType: () => type }));
    }

    function bank(size, make, extra = {}) {
      const items = [];
      for (let index = 0; index < size; index += 1) items.push(make(index));
      return strict("Bank", Object.assign(guarded("Bank", {
        getItemAt(index) {
          if (!items[index]) throw new Refused("index outside of the bank");
          return items[index];
        },
      }), extra));
    }

    function drumPad(machine, note) {
      const find = () => {
        const drums = machine();
        return drums && drums.pads ? drums.pads[note] : null;
      };
      return strict("DrumPad", Object.assign(chainMembers(find), guarded("DrumPad", {
        insertionPoint: () => insertionPoint((made) => {
          const drums = machine();
          if (drums && drums.pads) drums.pads[note] = { name: path.parse(made.file).name, devices: [made], level: 0 };
        }),
      })));
    }

    function cursorDevice() {
      let target = null;
      let pinned = false;
      let scroll = 36; // where Bitwig shows a Drum Machine first
      const isThere = () => bitwig.tracks.some((one) => one.devices.includes(target));
      const find = () => (target && isThere() ? target : null);
      const proxy = deviceProxy(find, () => []);
      const isPinned = value(() => pinned, (wanted) => { pinned = wanted; });
      const position = value(() => scroll, (wanted) => { scroll = wanted; });
      return strict("CursorDevice", Object.assign(guarded("Cursor", {
        isPinned: () => isPinned,
        exists: () => proxy.exists(),
        hasDrumPads: () => proxy.hasDrumPads(),
        selectDevice(wanted) { bitwig.order("select", () => { target = wanted.find() || target; }); },
        createDrumPadBank: (size) => bank(size, (index) => drumPad(find, index), guarded("Bank", {
          scrollPosition: () => position,
        })),
      }, { init: ["createDrumPadBank"] })));
    }

    function cursorTrack(id, name, sends, scenes, follows) {
      let target = null;
      const find = () => (follows ? bitwig.selected : target);
      return strict("CursorTrack", Object.assign(track(find), guarded("Cursor", {
        selectChannel(wanted) { bitwig.order("select", () => { target = wanted.find() || target; }); },
        createCursorDevice: cursorDevice,
      }, { init: ["createCursorDevice"] })));
    }

    function settings(kept, isProject) {
      const read = (label, initial) => () => (kept.has(label) ? kept.get(label) : initial);
      const write = (label, check) => (wanted) => {
        check(wanted);
        kept.set(label, wanted);
      };
      return strict("Settings", guarded("Settings", {
        getStringSetting(label, category, most, initial) {
          return value(read(label, initial), write(label, (wanted) => {
            if (typeof wanted !== "string" || wanted.length > most) throw new Refused("a text is too long");
          }));
        },
        getNumberSetting(label, category, least, most, step, unit, initial) {
          return value(read(label, initial), write(label, () => {}));
        },
        getSignalSetting(label) {
          return strict("Signal", guarded("Signal", {
            addSignalObserver(observer) { run.signals[label] = observer; },
          }, { init: ["addSignalObserver"] }));
        },
      }, { init: ["getStringSetting", "getNumberSetting", "getSignalSetting"] }));
    }

    return strict("Host", guarded("Host", {
      defineController(...texts) {
        if (run.phase !== "load" || texts.length !== 5 || !/^[0-9a-f-]{36}$/.test(texts[3])) {
          throw new Refused("defineController: wrong arguments, or too late");
        }
      },
      defineMidiPorts(ins, outs) { if (run.phase !== "load") throw new Refused("defineMidiPorts: too late"); },
      createInstrumentMatcher: () => ({ matches: (one) => one.type === "instrument" }),
      createApplication: () => strict("Application", guarded("Application", {
        createInstrumentTrack(position) {
          if (position !== -1) throw new Refused("the stand-in makes tracks at the end only");
          bitwig.order("track", () => {
            const lastMain = bitwig.tracks.map((one) => !["Effect", "Master"].includes(one.type)).lastIndexOf(true);
            const made = { name: `Inst ${bitwig.tracks.length + 1}`, type: "Instrument", devices: [], level: 0 };
            bitwig.tracks.splice(lastMain + 1, 0, made);
          });
        },
      })),
      createTrackBank(size, sends, scenes, isFlat) {
        if (isFlat !== true) throw new Refused("tracks in groups would not be seen");
        return bank(size, (index) => strict("Track", track(() => bitwig.tracks[index] || null)));
      },
      createCursorTrack: cursorTrack,
      getDocumentState: () => settings(bitwig.projectSettings, true),
      getPreferences: () => settings(bitwig.preferences, false),
      scheduleTask(work, delay) {
        if (typeof work !== "function" || !(delay >= 0)) throw new Refused("scheduleTask: wrong arguments");
        run.tasks.push({ at: bitwig.clock + delay, work });
      },
      println(text) { bitwig.lines.push(String(text)); },
      errorln(text) { bitwig.errors.push(String(text)); },
      showPopupNotification(text) { bitwig.popups.push(String(text)); },
      addDatagramPacketObserver(name, port, observer) {
        if (bitwig.takenPorts.has(port)) return false;
        run.port = port;
        run.observers.push(observer);
        return true;
      },
      sendDatagramPacket(address, port, bytes) {
        if (typeof address !== "string" || !Number.isInteger(port) || !bytes.every((byte) => byte >= -128 && byte <= 127)) {
          throw new Refused("sendDatagramPacket: wrong arguments");
        }
        const packet = Buffer.from(Int8Array.from(bytes).buffer);
        bitwig.sent.push({ port, packet: packet.toString("hex") });
        if (bitwig.onSent) bitwig.onSent(packet, port);
      },
    }, {
      init: ["createInstrumentMatcher", "createApplication", "createTrackBank", "createCursorTrack", "getDocumentState",
        "getPreferences", "addDatagramPacketObserver"],
    }));
  }

  // --- what a test is told --------------------------------------------------------------------------------------------

  report() {
    const described = (one) => ({
      name: one.name, type: one.type, file: one.file,
      pads: one.pads
        ? Object.fromEntries(one.pads.map((pad, note) => [note, pad]).filter(([, pad]) => pad)
          .map(([note, pad]) => [note, { name: pad.name, devices: pad.devices.map(described) }]))
        : null,
    });
    return {
      tracks: this.tracks.map((one) => ({ name: one.name, type: one.type, devices: one.devices.map(described) })),
      sent: this.sent, popups: this.popups, errors: this.errors, lines: this.lines, inserts: this.inserts,
      memory: this.projectSettings.get("Loaded") || "", port: this.running ? this.running.port || 0 : 0,
    };
  }
}

module.exports = { Bitwig, Refused };
