// Oneshot Bridge for Max and Max for Live: hears deliveries by OSC and loads each sound into a buffer~ of its own.
//
// Install: `oneshot daw install max`, or copy this file and the two oneshot-*.maxpat into a folder of Max's search
//   path. Put oneshot-bridge.maxpat into your patch by the object [oneshot-bridge].
// Needs: Max 8 or newer (this is for the object js; no packages).
// Limits: see README.md beside.
//
// Inlet: what [udpreceive] hears; note PAD KEY VELOCITY; ask PAD trigger 100, ask PAD keep (discard, again, cancel).
// Outlets: 0 to [udpsend], 1 to [poly~ oneshot-voice].

autowatch = 0;
inlets = 1;
outlets = 2;

var HOST = "max";
var OWN_PORT = 9136;
// A subscription lasts a minute, and repeats what was not acknowledged.
var RENEW_MILLISECONDS = 10000;
// Max reads a file in its own time: how often and how long it is asked for what it has.
var LOOK_MILLISECONDS = 50;
var PATIENCE_LOOKS = 200;
// A sound that was replaced goes when the notes that play it are over.
var FREE_MILLISECONDS = 60000;
var VOICES = 16; // as the patch says

var pads = {}; // by name: { zones, mode, text, played }
var waiting = []; // deliveries, oldest first; the first one is being loaded
var looks = 0;
var voice = 0;
var bufferNumber = 0;

var renewal = new Task(subscribe);
renewal.interval = RENEW_MILLISECONDS;
var looking = new Task(look);
looking.interval = LOOK_MILLISECONDS;

// ---------------------------------------------------------------------------------------------------- settings

function loadbang() {
  outlet(0, "port", Number(readSettings().osc_port || 9127));
  renewal.repeat();
  subscribe();
}

// The file that the installation wrote beside this one.
function readSettings() {
  var settings = {};
  var file = new File("oneshot_bridge.settings", "read");
  if (!file.isopen) return settings;
  while (file.position < file.eof) {
    var pair = file.readline(4096).split("\t");
    if (pair.length === 2) settings[pair[0]] = pair[1];
  }
  file.close();
  return settings;
}

function subscribe() {
  outlet(0, "/oneshot/subscribe", OWN_PORT, HOST);
}

// ---------------------------------------------------------------------------------------------------- deliveries

function anything() {
  var values = arrayfromargs(arguments);
  if (messagename === "/oneshot/delivery" && String(values[0]) === HOST) {
    queue(parse(values[1], values.slice(2)));
  } else if (messagename === "/oneshot/error") {
    post("Oneshot Bridge: " + values.join(" ") + "\n");
  }
}

// A newer delivery of a pad takes the place of an older one that is not being loaded.
function queue(order) {
  for (var i = waiting.length - 1; i >= 0; i--) {
    if (waiting[i].seq === order.seq) return;
    if (i > 0 && waiting[i].pad === order.pad) waiting.splice(i, 1);
  }
  waiting.push(order);
  if (waiting.length === 1) begin();
}

function parse(seq, pairs) {
  var order = { seq: seq, v: "", pad: "unassigned", action: "load", mode: "drum", texts: [] };
  for (var i = 0; i + 1 < pairs.length; i += 2) {
    var key = String(pairs[i]);
    var value = String(pairs[i + 1]);
    if (key === "zone") order.texts.push(value);
    else if (value !== "") order[key] = value;
  }
  return order;
}

function parseZone(text) {
  var fields = text.split("|");
  if (fields.length < 7) throw new Error("a zone of the delivery is damaged: " + text);
  return {
    path: fields[0], root: Number(fields[1]), cents: Number(fields[2]), lo: Number(fields[3]), hi: Number(fields[4]),
    vlo: Number(fields[5]), vhi: Number(fields[6]), turn: Number(fields[9] || 1), turns: Number(fields[10] || 1)
  };
}

function acknowledge(order) {
  outlet(0, "/oneshot/loaded", HOST, order.seq);
}

function fail(order, reason) {
  post("Oneshot Bridge: " + reason + "\n");
  outlet(0, "/oneshot/load_failed", HOST, order.seq, reason);
}

function begin() {
  while (waiting.length > 0) {
    try {
      if (!carryOut(waiting[0])) {
        looks = 0;
        looking.repeat();
        return;
      }
      acknowledge(waiting[0]);
    } catch (problem) {
      fail(waiting[0], problem.message);
    }
    waiting.shift();
  }
}

// Returns whether a delivery is carried out; otherwise Max is reading its files now.
function carryOut(order) {
  var held = pads[order.pad];
  var text = order.mode + order.texts.join("\n");
  if (order.v !== "1") throw new Error("these files are too old or the delivery is damaged: update them");
  if (order.action === "clear") {
    forget(held);
    delete pads[order.pad];
    return true;
  }
  if (order.action !== "load") throw new Error("Max has no action " + order.action);
  if (held && held.text === text) return true;
  if (order.texts.length === 0) throw new Error("the delivery has no zones");
  order.made = { zones: order.texts.map(parseZone), mode: order.mode, text: text, played: {} };
  order.made.zones.forEach(describe);
  order.made.zones.forEach(read);
  return false;
}

function read(zone) {
  bufferNumber += 1;
  zone.name = "oneshot-" + bufferNumber;
  zone.object = this.patcher.newdefault(20, 400, "buffer~", zone.name);
  zone.object.message("replace", zone.path);
}

// Reads from the header of a WAV file what Max must have when it has read it.
function describe(zone) {
  var file = new File(zone.path, "read");
  if (!file.isopen) throw new Error("the sample is missing: " + zone.path);
  var at = 12;
  while (at + 8 <= file.eof && !zone.frames) {
    file.position = at;
    var chunk = file.readbytes(24);
    var name = String.fromCharCode(chunk[0], chunk[1], chunk[2], chunk[3]);
    var size = number(chunk, 4, 4);
    if (name === "fmt ") {
      zone.channels = number(chunk, 10, 2);
      zone.rate = number(chunk, 12, 4);
      zone.frameBytes = number(chunk, 20, 2);
    } else if (name === "data" && zone.frameBytes > 0) {
      zone.frames = Math.floor(size / zone.frameBytes);
    }
    at += 8 + size + (size % 2);
  }
  file.close();
  if (!zone.frames) throw new Error("Max can't load " + zone.path);
}

function number(bytes, at, count) {
  var value = 0;
  for (var i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
  return value;
}

function look() {
  var order = waiting[0];
  var ready = order.made.zones.every(function (zone) {
    return new Buffer(zone.name).framecount() === zone.frames;
  });
  looks += 1;
  if (!ready && looks < PATIENCE_LOOKS) return;
  looking.cancel();
  if (ready) {
    forget(pads[order.pad]);
    pads[order.pad] = order.made;
    acknowledge(order);
  } else {
    remove(order.made);
    fail(order, "Max can't load " + order.path);
  }
  waiting.shift();
  begin();
}

function remove(pad) {
  pad.zones.forEach(function (zone) {
    this.patcher.remove(zone.object);
  });
}

function forget(pad) {
  if (pad) new Task(remove, this, [pad]).schedule(FREE_MILLISECONDS);
}

// ---------------------------------------------------------------------------------------------------- notes

// Plays a pad; velocity 0 ends what the key plays, if the pad holds its notes.
function note(name, key, velocity) {
  var pad = pads[name];
  if (!pad) return;
  var keys = pad.mode === "keys";
  if (velocity <= 0) {
    if (keys) everyVoice("off", key);
    return;
  }
  var fitting = pad.zones.filter(function (zone) {
    return key >= zone.lo && key <= zone.hi && velocity >= zone.vlo && velocity <= zone.vhi;
  });
  if (fitting.length === 0) return;
  var played = pad.played[fitting[0].name] || 0;
  pad.played[fitting[0].name] = played + 1;
  fitting.forEach(function (zone) {
    if (zone.turn !== (played % zone.turns) + 1) return;
    var rate = keys ? Math.pow(2, (key - zone.root - zone.cents / 100) / 12) : 1;
    voice = (voice % VOICES) + 1;
    outlet(1, "target", voice);
    var milliseconds = (zone.frames / zone.rate) * 1000;
    var level = Math.pow(velocity / 127, 2);
    var mono = zone.channels === 1 ? 1 : 0;
    outlet(1, "play", zone.name, milliseconds, milliseconds / rate, level, keys ? key : -1, mono);
  });
}

function everyVoice(message, key) {
  outlet(1, "target", 0);
  outlet(1, message, key);
}

// ---------------------------------------------------------------------------------------------------- triggers

function ask(name, what, velocity) {
  if (what === "trigger") outlet(0, "/oneshot/pad/" + name, velocity === undefined ? 127 : velocity);
  else outlet(0, "/oneshot/" + what, name);
}
