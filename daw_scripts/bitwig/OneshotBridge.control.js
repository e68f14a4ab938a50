// Oneshot Bridge: load new sounds into Bitwig Studio's Drum Machine and Sampler
// Version 0.1.0
//
// Loads every sound that Oneshot Bridge delivers to Bitwig: onto a pad of the Drum Machine, or mapped and tuned into a
// Sampler on the pad's track. Asks for new sounds from buttons in the Studio I/O panel.
//
// Install: put this file into a folder of Bitwig's "Controller Scripts" folder, then Settings > Controllers > Add
//   controller > Oneshot Bridge, once.
// Needs: Bitwig Studio 4 or newer (controller API 12; JavaScript as of ES5). For sounds on tracks, the bridge's config
//   must say: [library] formats = ["sfz", "multisample"].
// Limits: scripts in Bitwig have no files, so it speaks OSC with the bridge on this computer. It sees the first 128
//   tracks, and uses the first Drum Machine that is the first instrument of a track. One sound per track or drum pad.
//   Run it in one Bitwig at a time.

/* global loadAPI, host */

loadAPI(12);
host.defineController(
  "Oneshot Bridge", "Oneshot Bridge", "0.1.0", "6d1f1f4e-9d37-4d6c-8a55-0b5e0d3c7a91", "Oneshot Bridge"
);
host.defineMidiPorts(0, 0);

// ---------------------------------------------------------------------------------------------------- settings

// The name by which the bridge knows this host.
var HOST = "bitwig";
// Whether a track that a delivery names and the project lacks is made; otherwise such a delivery fails.
var CREATE_TRACKS = true;
// The first port on which the script tries to listen.
var OWN_PORT = 9141;
var MOST_TRIES = 8;
// How many tracks are seen.
var TRACKS = 128;
var PADS = 128;
// What a track or drum pad plays at this level of its meter (0 to 127) is silence.
var SILENCE = 1;
// How often it is looked at what waits, and, while something is under way, at what has become of it.
var IDLE_MILLISECONDS = 50;
var BUSY_MILLISECONDS = 10;
// How long Bitwig may take for one thing that it was told.
var PATIENCE_MILLISECONDS = 5000;
// How often the bridge is asked whether it still knows of the script: it forgets after a minute, and may be started
// again. After so many times it is told anew in any case, for then it repeats what got lost.
var PING_MILLISECONDS = 5000;
var MOST_PINGS = 6;
// How many answers are remembered, for deliveries that come again because the answer was lost.
var MOST_ANSWERS = 512;

// --------------------------------------------------------------------------------------------------------- OSC

// Returns the bytes of a text in UTF-8.
function utf8(text) {
  var escaped = encodeURIComponent(text), bytes = [], at = 0;
  while (at < escaped.length) {
    if (escaped.charAt(at) === "%") {
      bytes.push(parseInt(escaped.substr(at + 1, 2), 16));
      at += 3;
    } else {
      bytes.push(escaped.charCodeAt(at));
      at += 1;
    }
  }
  return bytes;
}

function fromUtf8(bytes) {
  var escaped = "", index;
  for (index = 0; index < bytes.length; index += 1) {
    escaped += "%" + (bytes[index] < 16 ? "0" : "") + bytes[index].toString(16);
  }
  return decodeURIComponent(escaped);
}

function paddedText(text) {
  var bytes = utf8(text);
  do { bytes.push(0); } while (bytes.length % 4 !== 0);
  return bytes;
}

// Returns a message as the signed bytes that Bitwig sends; numbers are int32, all else is text.
function encode(address, values) {
  var tags = ",", body = [], index, value;
  for (index = 0; index < values.length; index += 1) {
    value = values[index];
    if (typeof value === "number") {
      tags += "i";
      body = body.concat([value >> 24 & 255, value >> 16 & 255, value >> 8 & 255, value & 255]);
    } else {
      tags += "s";
      body = body.concat(paddedText(value));
    }
  }
  var bytes = paddedText(address).concat(paddedText(tags), body);
  for (index = 0; index < bytes.length; index += 1) {
    if (bytes[index] > 127) { bytes[index] -= 256; }
  }
  return bytes;
}

// Returns a message's address and values (int32 and texts; others are passed over). What is cut off at the end of a
// packet is left out: the zones of a delivery, which Bitwig reads from the preset, come last.
function decode(packet) {
  var at = 0;

  function takeText() {
    var bytes = [], start = at;
    while (at < packet.length && packet[at] !== 0) {
      bytes.push(packet[at] & 255);
      at += 1;
    }
    if (at >= packet.length) { return null; }
    at = start + 4 * (Math.floor(bytes.length / 4) + 1);
    return fromUtf8(bytes);
  }

  function takeInt() {
    var bytes = [packet[at], packet[at + 1], packet[at + 2], packet[at + 3]];
    at += 4;
    if (at > packet.length) { return null; }
    return (bytes[0] & 255) << 24 | (bytes[1] & 255) << 16 | (bytes[2] & 255) << 8 | bytes[3] & 255;
  }

  var address = takeText(), tags = takeText(), values = [], index, value;
  if (address === null || tags === null || tags.charAt(0) !== ",") { return null; }
  for (index = 1; index < tags.length; index += 1) {
    value = tags.charAt(index) === "s" ? takeText() : takeInt();
    if (value === null) { break; }
    values.push(value);
  }
  return { address: address, values: values };
}

// ------------------------------------------------------------------------------------------------- what is seen

var application, ownPort, bridgePort = 9127;
var tracks = [];      // chains, as `watch` makes them
var drumPads = [];    // the same, by MIDI note
var drumTrack, drumDevice, drumPadBank, selection;
var memory;           // a text in the project: what the script has loaded where
var padSetting;

function say(text) {
  host.println(text);
}

function warn(text) {
  host.errorln("Oneshot Bridge: " + text);
  host.showPopupNotification("Oneshot Bridge: " + text);
}

// A failure that is no bug: its text goes to the user as it is.
function Refusal(text) {
  this.text = text;
}

function refuse(text) {
  throw new Refusal(text);
}

function reasonOf(problem) {
  return problem instanceof Refusal ? problem.text : "the script failed: " + problem;
}

// Runs a callback; an error that reached Bitwig would end the script.
function guarded(work) {
  return function (argument) {
    try {
      work(argument);
    } catch (problem) {
      warn(reasonOf(problem));
    }
  };
}

// Watches a track or drum pad: whether it is there, its name, how loud it is, and its first two instruments.
function watch(channel, isInstrument) {
  var chain = { channel: channel, level: 0, instruments: [] }, bank = channel.createDeviceBank(2), index, device;
  bank.setDeviceMatcher(isInstrument);
  channel.exists().markInterested();
  channel.name().markInterested();
  for (index = 0; index < 2; index += 1) {
    device = bank.getItemAt(index);
    device.exists().markInterested();
    device.name().markInterested();
    chain.instruments.push(device);
  }
  return chain;
}

function meter(chain) {
  chain.channel.addVuMeterObserver(128, -1, true, function (level) { chain.level = level; });
}

function watchTracks(isInstrument) {
  var bank = host.createTrackBank(TRACKS, 0, 0, true), index, chain;
  for (index = 0; index < TRACKS; index += 1) {
    chain = watch(bank.getItemAt(index), isInstrument);
    chain.channel.trackType().markInterested();
    chain.instruments[0].hasDrumPads().markInterested();
    meter(chain);
    tracks.push(chain);
  }
  selection = watch(host.createCursorTrack("oneshot-bridge-selected", "Selected track", 0, 0, true), isInstrument);
  meter(selection);
}

function watchDrums(isInstrument) {
  var index, chain;
  drumTrack = host.createCursorTrack("oneshot-bridge-drums", "Drum Machine", 0, 0, false);
  drumDevice = drumTrack.createCursorDevice();
  drumDevice.exists().markInterested();
  drumDevice.hasDrumPads().markInterested();
  drumDevice.isPinned().markInterested();
  drumPadBank = drumDevice.createDrumPadBank(PADS);
  drumPadBank.scrollPosition().markInterested();
  for (index = 0; index < PADS; index += 1) {
    chain = watch(drumPadBank.getItemAt(index), isInstrument);
    meter(chain);
    drumPads.push(chain);
  }
}

// ------------------------------------------------------------------------------------------ what is remembered

// Bitwig tells a script neither the file of a device nor lets it name one. So the project itself remembers what was
// loaded where: a record per place, saved and loaded with the project. `device` is the name that the loaded device
// had; `swapping` says that it was just being replaced.
function records() {
  var found = {}, lines = memory.get().split(";"), index, fields;
  for (index = 0; index < lines.length; index += 1) {
    fields = lines[index].split(",");
    if (fields.length === 5) {
      found[decodeURIComponent(fields[0])] = {
        pad: decodeURIComponent(fields[1]), sample: decodeURIComponent(fields[2]),
        device: decodeURIComponent(fields[3]), swapping: fields[4] === "1"
      };
    }
  }
  return found;
}

function textOf(all) {
  var lines = [], place, record;
  for (place in all) {
    if (all.hasOwnProperty(place)) {
      record = all[place];
      lines.push([
        encodeURIComponent(place), encodeURIComponent(record.pad), encodeURIComponent(record.sample),
        encodeURIComponent(record.device), record.swapping ? "1" : "0"
      ].join(","));
    }
  }
  return lines.join(";");
}

function recordOf(place) {
  var all = records();
  return all.hasOwnProperty(place) ? all[place] : null;
}

// ----------------------------------------------------------------------------------------------------- targets

function nameOf(chain) {
  return chain.channel.name().get();
}

function findTrack(name) {
  var similar = null, index, found;
  for (index = 0; index < TRACKS; index += 1) {
    if (tracks[index].channel.exists().get()) {
      found = nameOf(tracks[index]);
      if (found === name) { return tracks[index]; }
      if (!similar && found.toLowerCase() === name.toLowerCase()) { similar = tracks[index]; }
    }
  }
  return similar;
}

// Returns what a target means, by `kind`: a track's name, a drum pad's note, or the selected track.
function parseTarget(target) {
  var note = /^pad:(\d+)$/.exec(target);
  if (note && Number(note[1]) < PADS) { return { kind: "pad", note: Number(note[1]) }; }
  if (/^track:./.test(target)) { return { kind: "track", name: target.substr(6) }; }
  if (target === "selected") { return { kind: "selected" }; }
  refuse("Bitwig has no target " + target + ": use track:NAME, pad:NOTE or selected");
}

function drumsAreThere() {
  return drumDevice.exists().get() && drumDevice.hasDrumPads().get();
}

// Returns the place that is there for a target right now, or null.
function findPlace(target) {
  var chain;
  if (target.kind === "pad") {
    if (!drumsAreThere() || drumPadBank.scrollPosition().get() !== 0) { return null; }
    return { key: "pad:" + target.note, chain: drumPads[target.note], isPad: true };
  }
  chain = target.kind === "track" ? findTrack(target.name) : selection;
  if (!chain || !chain.channel.exists().get()) { return null; }
  return { key: "track:" + nameOf(chain), chain: chain, isPad: false };
}

// --------------------------------------------------------------------------------------------------- deliveries

var waiting = [];     // in the order of their numbers
var current = null;   // what is being carried out: { delivery, step, waited, hope, undo }
var answers = {};     // by number: null for loaded, or the reason
var answered = [];

function send(address, values) {
  host.sendDatagramPacket("127.0.0.1", bridgePort, encode(address, values));
}

// The pong comes back to the script's own port only from a bridge that knows of it.
var pings = 0, isKnown = false;

function keepSubscribed() {
  if (!isKnown || pings >= MOST_PINGS) {
    send("/oneshot/subscribe", [ownPort, HOST]);
    pings = 0;
  }
  pings += 1;
  isKnown = false;
  send("/oneshot/ping", []);
}

function answer(seq) {
  if (answers[seq] === null) {
    send("/oneshot/loaded", [HOST, seq]);
  } else {
    send("/oneshot/load_failed", [HOST, seq, answers[seq]]);
  }
}

function finish(seq, reason) {
  answers[seq] = reason;
  answered.push(seq);
  if (answered.length > MOST_ANSWERS) { delete answers[answered.shift()]; }
  answer(seq);
}

function acknowledge() {
  say(current.delivery.pad + ": " + current.delivery.action + " done");
  finish(current.delivery.seq, null);
  current = null;
}

function acknowledgeFailure(delivery, reason) {
  warn(delivery.pad + ": " + reason);
  finish(delivery.seq, reason);
}

function parse(values) {
  var delivery = { seq: values[1] }, index;
  for (index = 2; index + 1 < values.length; index += 2) {
    if (values[index] !== "zone") { delivery[values[index]] = values[index + 1]; }
  }
  return delivery;
}

// Takes a delivery that came; one that came before is answered again, or is on its way. A newer one of a pad takes the
// place of an older one that nobody has touched.
function take(values) {
  var delivery = parse(values);
  if (values[0] !== HOST || typeof delivery.seq !== "number") { return; }
  if (answers.hasOwnProperty(delivery.seq)) {
    answer(delivery.seq);
    return;
  }
  if (current && current.delivery.seq === delivery.seq) { return; }
  if (delivery.v !== "1" || !(delivery.action && delivery.mode && delivery.target && delivery.pad)) {
    acknowledgeFailure(delivery, "this script is too old or the delivery is damaged: update the script");
    return;
  }
  waiting = waiting.filter(function (other) {
    return other.seq !== delivery.seq && (other.pad !== delivery.pad || other.seq > delivery.seq);
  });
  if (!waiting.some(function (other) { return other.pad === delivery.pad; })) { waiting.push(delivery); }
  waiting.sort(function (one, other) { return one.seq - other.seq; });
}

// Returns the file that holds the sound as its place wants it. A drum pad plays its one key as recorded, so the sample
// itself will do. Bitwig lets no script set a Sampler's root or range: on a track they come with the preset that lies
// beside the sample. Its name is used once, like the sample's, for a song goes on referring to it.
function fileFor(delivery, place) {
  return place.isPad ? delivery.path : delivery.path.replace(/\.wav$/, ".multisample");
}

// ------------------------------------------------------------------------------------------------------- steps

// Bitwig does what it is told some time later, and does nothing where it can't. So every delivery is a row of steps,
// looked at in every tick; a step goes on once its condition is seen to hold, and fails when that takes too long.
function when(hope, isTrue, next) {
  current.step = function () {
    if (isTrue()) { next(); }
  };
  current.hope = hope;
  current.waited = 0;
}

function remember(place, record, next) {
  var all = records(), text;
  if (record) { all[place.key] = record; } else { delete all[place.key]; }
  text = textOf(all);
  memory.set(text);
  when("the project keeps no settings of scripts", function () { return memory.get() === text; }, next);
}

function first(place) { return place.chain.instruments[0]; }
function second(place) { return place.chain.instruments[1]; }
function isThere(device) { return device.exists().get(); }

// Tells whether the place's first instrument is the one that the script has loaded. One that was being loaded into an
// empty place has no name yet.
function isOurs(place, record) {
  if (!record || !isThere(first(place))) { return false; }
  return first(place).name().get() === record.device || (record.swapping && record.device === "");
}

function deleteDevice(device, next) {
  device.deleteObject();
  when("Bitwig does not delete the old sound", function () { return !isThere(device); }, next);
}

function insertionPoint(place) {
  if (isThere(first(place))) { return first(place).beforeDeviceInsertionPoint(); }
  if (place.isPad && !place.chain.channel.exists().get()) { return place.chain.channel.insertionPoint(); }
  return place.chain.channel.startOfDeviceChainInsertionPoint();
}

// The new sound comes before the old one, which then goes: the place is never without a sound, and what can't be
// loaded changes nothing.
function insert(place, file) {
  var delivery = current.delivery, hadOne = isThere(first(place));
  var arrived = hadOne ? second(place) : first(place);
  current.undo = hadOne ? null : place;
  insertionPoint(place).insertFile(file);
  when("Bitwig can't load " + file + (place.isPad ? "" : ' (is "multisample" among library.formats?)'), function () {
    return isThere(arrived) && first(place).name().get() !== "";
  }, function () {
    current.undo = null;
    if (hadOne) {
      deleteDevice(second(place), function () { settle(place, delivery); });
    } else {
      settle(place, delivery);
    }
  });
}

// The name is asked for once Bitwig has told all of the new device.
function settle(place, delivery) {
  when("Bitwig lost " + delivery.path, function () {
    return isThere(first(place)) && !isThere(second(place));
  }, function () {
    remember(place, {
      pad: delivery.pad, sample: delivery.sample, device: first(place).name().get(), swapping: false
    }, acknowledge);
  });
}

function loadInto(place) {
  var delivery = current.delivery, record = recordOf(place.key), ours = isOurs(place, record);
  if (isThere(first(place)) && !ours) {
    refuse("the " + (place.isPad ? "drum pad" : "track") + " holds " + first(place).name().get() +
      ", which is not from the bridge: delete it, or choose another target");
  }
  if (ours && record.pad !== delivery.pad) {
    refuse(place.key + " holds the sound of " + record.pad + ": give every pad a place of its own");
  }
  if (ours && record.swapping && isThere(second(place))) {
    // The script was ended between inserting and deleting.
    deleteDevice(second(place), function () { loadInto(place); });
    return;
  }
  if (ours && record.sample === delivery.sample) {
    acknowledge();
    return;
  }
  var file = fileFor(delivery, place);
  remember(place, {
    pad: delivery.pad, sample: "", device: ours ? first(place).name().get() : "", swapping: true
  }, function () { insert(place, file); });
}

function clearPlace(place) {
  var delivery = current.delivery, record = recordOf(place.key);
  if (!isOurs(place, record) || record.pad !== delivery.pad) {
    acknowledge();
    return;
  }
  if (isThere(second(place)) && record.swapping) {
    deleteDevice(second(place), function () { clearPlace(place); });
    return;
  }
  // An instrument of the user's that stood behind ours moves up.
  var last = isThere(second(place)) ? second(place) : first(place);
  first(place).deleteObject();
  when("Bitwig does not delete the old sound", function () { return !isThere(last); }, function () {
    remember(place, null, acknowledge);
  });
}

function findDrums(next) {
  var index, device;
  for (index = 0; index < TRACKS; index += 1) {
    device = tracks[index].instruments[0];
    if (isThere(device) && device.hasDrumPads().get()) { break; }
  }
  if (index === TRACKS) { refuse("there is no Drum Machine that is the first instrument of a track: add one"); }
  drumTrack.selectChannel(tracks[index].channel);
  drumDevice.selectDevice(device);
  when("Bitwig does not show the Drum Machine", drumsAreThere, function () {
    drumDevice.isPinned().set(true);
    drumPadBank.scrollPosition().set(0);
    when("Bitwig does not show the Drum Machine's first pad", function () {
      // What is told of the pads may come after it was told that they are there.
      return drumPadBank.scrollPosition().get() === 0 && current.waited > 2 * BUSY_MILLISECONDS;
    }, next);
  });
}

function tracksNow() {
  return tracks.filter(function (chain) { return chain.channel.exists().get(); }).map(nameOf);
}

// A new track comes last among the instrument tracks; it is known by what has moved.
function createTrack(name, next) {
  var before = tracksNow(), made = null;
  if (before.length === TRACKS) { refuse("only the first " + TRACKS + " tracks are seen, and none is named " + name); }
  application.createInstrumentTrack(-1);
  when("Bitwig makes no track", function () {
    var now = tracksNow(), index;
    if (now.length !== before.length + 1) { return false; }
    for (index = now.length - 1; index >= 0; index -= 1) {
      if (tracks[index].channel.trackType().get() === "Instrument" && !isThere(tracks[index].instruments[0])) {
        now.splice(index, 1);
        if (now.join("\n") === before.join("\n")) { made = tracks[index]; }
        break;
      }
    }
    return made !== null;
  }, function () {
    made.channel.name().set(name);
    when("Bitwig does not name the track " + name, function () { return nameOf(made) === name; }, next);
  });
}

function carryOut() {
  var delivery = current.delivery, target = parseTarget(delivery.target), place = findPlace(target);
  if (delivery.action !== "load" && delivery.action !== "clear") {
    refuse("Bitwig has no action " + delivery.action);
  }
  if (place) {
    (delivery.action === "load" ? loadInto : clearPlace)(place);
  } else if (delivery.action === "clear" && target.kind !== "pad") {
    acknowledge();
  } else if (target.kind === "pad") {
    findDrums(carryOut);
  } else if (target.kind === "selected") {
    refuse("no track is selected");
  } else if (CREATE_TRACKS) {
    createTrack(target.name, carryOut);
  } else {
    refuse("there is no track named " + target.name);
  }
}

// -------------------------------------------------------------------------------------------------------- loop

var untilPing = 0;

// Returns whether a delivery is to wait, because it may only swap in silence and its place is heard.
function mustWait(delivery) {
  if (delivery.swap !== "when-silent") { return false; }
  try {
    var place = findPlace(parseTarget(delivery.target));
    return place !== null && place.chain.level > SILENCE;
  } catch (problem) {
    return false;
  }
}

function fail(reason) {
  var place = current.undo, delivery = current.delivery;
  // Whatever stands in the place from now on is the user's.
  if (place) { memory.set(textOf(without(records(), place.key))); }
  current = null;
  acknowledgeFailure(delivery, reason);
}

function without(all, key) {
  delete all[key];
  return all;
}

function startNext() {
  var index;
  for (index = 0; index < waiting.length; index += 1) {
    if (!mustWait(waiting[index])) {
      current = { delivery: waiting.splice(index, 1)[0], waited: 0, hope: "", step: carryOut, undo: null };
      return;
    }
  }
}

// Goes on as far as it can: until a step has to wait.
function step(milliseconds) {
  var before;
  try {
    current.waited += milliseconds;
    if (current.waited > PATIENCE_MILLISECONDS) { refuse(current.hope); }
    do {
      before = current.step;
      before();
    } while (current && current.step !== before);
  } catch (problem) {
    fail(reasonOf(problem));
  }
}

function tick(milliseconds) {
  guarded(function () {
    untilPing -= milliseconds;
    if (untilPing < 0) {
      untilPing += PING_MILLISECONDS;
      keepSubscribed();
    }
    if (!current) { startNext(); }
    if (current) { step(milliseconds); }
    if (!current) { startNext(); }
  })();
  schedule();
}

function schedule() {
  var milliseconds = current ? BUSY_MILLISECONDS : IDLE_MILLISECONDS;
  host.scheduleTask(function () { tick(milliseconds); }, milliseconds);
}

function hear(packet) {
  var message = decode(packet);
  if (!message) { return; }
  if (message.address === "/oneshot/delivery") {
    take(message.values);
  } else if (message.address === "/oneshot/pong") {
    isKnown = true;
  } else if (message.address === "/oneshot/job/failed" || message.address === "/oneshot/job/rejected") {
    warn(message.values[1]);
  }
}

// ------------------------------------------------------------------------------------------------------ asking

// Returns the pad that is meant: the one that was typed in, else that of the selected track.
function meantPad() {
  var typed = padSetting.get().trim(), name = selection.channel.exists().get() ? nameOf(selection) : "";
  var record = recordOf("track:" + name);
  var pad = typed || (record ? record.pad : name.toLowerCase().replace(/\s+/g, "-"));
  if (!/^[a-z0-9\-]{1,32}$/.test(pad)) { refuse("type a pad's name, or select a track that has one, like kick"); }
  return pad;
}

function ask(action) {
  return guarded(function () {
    var pad = meantPad();
    if (action === "pad") {
      send("/oneshot/pad/" + pad, [127]);
    } else {
      send("/oneshot/" + action, [pad]);
    }
  });
}

function listen() {
  var port;
  for (port = OWN_PORT; port < OWN_PORT + MOST_TRIES; port += 1) {
    if (host.addDatagramPacketObserver("Oneshot Bridge", port, guarded(hear))) { return port; }
  }
  refuse("the ports " + OWN_PORT + " to " + (OWN_PORT + MOST_TRIES - 1) + " are taken by other programs");
}

function offerSettings() {
  var project = host.getDocumentState(), name = "Oneshot Bridge", index;
  var port = host.getPreferences().getNumberSetting("Bridge's OSC port", name, 1, 65535, 1, "", bridgePort);
  var actions = [["New sound", "pad"], ["Again", "again"], ["Keep", "keep"], ["Discard", "discard"],
    ["Cancel", "cancel"]];
  port.addRawValueObserver(function (value) { bridgePort = Math.round(value); });
  padSetting = project.getStringSetting("Pad (empty: the selected track's)", name, 32, "");
  padSetting.markInterested();
  for (index = 0; index < actions.length; index += 1) {
    project.getSignalSetting(actions[index][0], name, actions[index][0]).addSignalObserver(ask(actions[index][1]));
  }
  memory = project.getStringSetting("Loaded", name, 32768, "");
  memory.markInterested();
  if (memory.hide) { memory.hide(); } // a setting, not only a value
}

function init() {
  var isInstrument = host.createInstrumentMatcher();
  application = host.createApplication();
  offerSettings();
  watchTracks(isInstrument);
  watchDrums(isInstrument);
  try {
    ownPort = listen();
    schedule();
  } catch (problem) {
    warn(reasonOf(problem));
  }
}

function flush() {}

function exit() {}
