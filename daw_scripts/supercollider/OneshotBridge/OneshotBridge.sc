// Oneshot Bridge for SuperCollider: every new sound of a pad becomes a buffer that plays on its keys, in tune.
//
// Install: `oneshot daw install supercollider`, or copy this folder into Platform.userExtensionDir; then
//   recompile the class library. Installed by the command it starts with the language, else by OneshotBridge.start.
// Needs: SuperCollider 3.10 or newer; no quarks.
// Limits: pads are known by their names, so a delivery's target means nothing here. A sounding note keeps its old
//   sound, so nothing has to wait for silence.
//
//   OneshotBridge.noteOn(\bass, 48, 100);  OneshotBridge.noteOff(\bass, 48);  OneshotBridge.play(\kick);
//   Pbind(\type, \oneshot, \pad, \bass, \midinote, Pseq([36, 43, 48], inf), \dur, 0.25).play;
//   OneshotBridge.trigger(\kick, 100);  OneshotBridge.keep(\kick);  OneshotBridge.buffer(\kick);

OneshotBridge {
	classvar <host = "supercollider";
	classvar <>renewSeconds = 10; // a subscription lasts a minute, and repeats what was not acknowledged
	classvar <>patienceSeconds = 10; // how long the server may take for one file
	classvar <>releaseSeconds = 0.05;
	classvar <server, <bridge, <pads, <running = false;
	classvar waiting, receivers, renewal, worker, life = 0, prepared = -1;

	*initClass {
		pads = IdentityDictionary.new;
		Class.initClassTree(Event);
		Class.initClassTree(StartUp);
		Event.addEventType(\oneshot, { |server|
			var pad = ~pad, note = ~midinote.value, velocity = (~amp.value * 127).clip(1, 127), beats = ~sustain.value;
			server.bind { this.noteOn(pad, note, velocity) };
			thisThread.clock.sched(beats, { server.bind { this.noteOff(pad, note) }; nil });
		});
		if(File.exists(this.settingsPath)) { StartUp.add { this.start } };
	}

	// ------------------------------------------------------------------------------------------------ settings

	*settingsPath { ^this.filenameSymbol.asString.dirname +/+ "oneshot_bridge.settings" }

	*readSettings {
		var settings = IdentityDictionary.new;
		if(File.exists(this.settingsPath)) {
			File.readAllString(this.settingsPath).split($\n).do { |line|
				var tab = line.indexOf($\t);
				if(tab.notNil) { settings[line.keep(tab).asSymbol] = line.drop(tab + 1) };
			};
		};
		^settings
	}

	// --------------------------------------------------------------------------------------- start and subscribe

	*start { |server, port|
		this.stop;
		this.prServer(server ? Server.default);
		bridge = NetAddr("127.0.0.1", port ?? { (this.readSettings[\osc_port] ? "9127").asInteger });
		waiting = List.new;
		running = true;
		receivers = [
			OSCFunc({ |message| this.prDelivered(message) }, '/oneshot/delivery'),
			OSCFunc({ |message| "Oneshot Bridge: % %".format(message[1], message[2]).warn }, '/oneshot/error'),
			OSCFunc({ |message| "Oneshot Bridge: no sound: %".format(message[2]).warn }, '/oneshot/job/failed'),
			OSCFunc({ |message| "Oneshot Bridge: %".format(message[2]).warn }, '/oneshot/job/rejected'),
		].do(_.permanent_(true));
		renewal = SkipJack({ this.subscribe }, { renewSeconds }, name: "OneshotBridge");
		worker = SkipJack({ this.prWork }, 0.05, name: "OneshotBridge loads");
		this.subscribe;
	}

	*stop {
		running = false;
		receivers.do(_.free);
		[renewal, worker].do { |each| each !? { each.stop } };
		receivers = renewal = worker = nil;
	}

	*subscribe { bridge.sendMsg("/oneshot/subscribe", NetAddr.langPort, host) }

	*prServer { |new|
		if(new !== server) {
			server = new;
			// A new life of the server has none of the buffers: what the pads hold is loaded again.
			ServerBoot.add({ life = life + 1; this.prReload }, new);
		};
	}

	*prReload {
		pads.do { |pad| waiting.addFirst(pad[\order]) };
		pads.clear;
	}

	// ------------------------------------------------------------------------------------------------ deliveries

	*prDelivered { |message|
		var order;
		if(message[1].asString != host) { ^this };
		order = this.prParse(message[2], message.drop(3));
		waiting.removeAllSuchThat { |older| older[\pad] == order[\pad] and: { older[\seq] <= order[\seq] } };
		if(waiting.any { |other| other[\pad] == order[\pad] }.not) { waiting.add(order) };
	}

	*prParse { |seq, pairs|
		var order = (seq: seq, zones: List.new, v: "", pad: \unassigned, action: \load, mode: \drum);
		pairs.pairsDo { |key, value|
			value = value.asString;
			case
			{ key == \zone } { order[\zones].add(value) }
			{ [\pad, \action, \mode].includes(key) } { if(value.notEmpty) { order[key] = value.asSymbol } }
			{ order[key] = value };
		};
		^order
	}

	*prParseZone { |text|
		var fields = text.split($|);
		var number = { |index, default| if((fields[index] ? "").isEmpty) { default } { fields[index].asFloat } };
		if(fields.size < 7) { Error("a zone of the delivery is damaged: " ++ text).throw };
		^(
			path: fields[0], root: number.(1), cents: number.(2), lo: number.(3), hi: number.(4), vlo: number.(5),
			vhi: number.(6), loopStart: number.(7), loopEnd: number.(8), turn: number.(9, 1), turns: number.(10, 1)
		)
	}

	*acknowledge { |order| bridge.sendMsg("/oneshot/loaded", host, order[\seq]) }

	*fail { |order, reason|
		"Oneshot Bridge: %".format(reason).warn;
		bridge.sendMsg("/oneshot/load_failed", host, order[\seq], reason);
	}

	// One delivery after the other, while there is a server to load it.
	*prWork {
		var order;
		if(waiting.isEmpty or: { server.serverRunning.not }) { ^this };
		order = waiting.removeAt(0);
		try { this.prCarryOut(order) } { |error| this.fail(order, error.errorString.replace("ERROR: ", "")) };
	}

	*prCarryOut { |order|
		var held = pads[order[\pad]];
		if(order[\v] != "1") { Error("this class is too old or the delivery is damaged: update it").throw };
		case
		{ order[\action] == \clear } {
			held !? { this.prForget(pads.removeAt(order[\pad])) };
			this.acknowledge(order);
		}
		{ order[\action] == \load } {
			if(held.notNil and: { held[\order][\zones] == order[\zones] and: { held[\order][\mode] == order[\mode] } }) {
				this.acknowledge(order);
			} {
				this.prLoad(order);
			};
		}
		{ Error("SuperCollider has no action " ++ order[\action]).throw };
	}

	*prLoad { |order|
		var zones = order[\zones].collect { |text| this.prParseZone(text) };
		var paths = zones.collect(_[\path]).asSet.asArray;
		var buffers = IdentityDictionary.new;
		var mine = life;
		if(zones.isEmpty) { Error("the delivery has no zones").throw };
		paths.do { |path|
			if(File.exists(path).not) { Error("the sample is missing: " ++ path).throw };
		};
		this.prPrepare;
		paths.do { |path| buffers[path.asSymbol] = Buffer.read(server, path, action: { |buffer|
			// The server's own answer about the buffer: only now is it known to be there.
			buffers[path.asSymbol] = buffer;
		}) };
		fork {
			var deadline = Main.elapsedTime + patienceSeconds;
			while { buffers.any { |buffer| buffer.numFrames.isNil } and: { Main.elapsedTime < deadline } } { 0.01.wait };
			if(mine == life) {
				this.prLoaded(order, zones, buffers);
			} {
				waiting.addFirst(order);
			};
		};
	}

	*prLoaded { |order, zones, buffers|
		var wrong = zones.detect { |zone|
			var buffer = buffers[zone[\path].asSymbol];
			buffer.numFrames.isNil or: { buffer.numFrames != this.prFrames(zone[\path]) }
		};
		if(wrong.notNil) {
			buffers.do(_.free);
			^this.fail(order, "the server can't load " ++ wrong[\path])
		};
		zones.do { |zone| zone[\buffer] = buffers[zone[\path].asSymbol] };
		pads[order[\pad]] !? { |old| this.prForget(old) };
		pads[order[\pad]] = (
			order: order, zones: zones, buffers: buffers.values, held: Dictionary.new
		);
		this.acknowledge(order);
	}

	*prFrames { |path|
		var file = SoundFile.new, frames;
		if(file.openRead(path)) { frames = file.numFrames; file.close };
		^frames
	}

	// The buffers of a sound that was replaced go when the notes that play them are over.
	*prForget { |pad|
		var mine = life;
		var longest = pad[\buffers].maxItem { |buffer| buffer.numFrames };
		pad[\held].do { |synth| if(synth.isPlaying) { synth.release } };
		SystemClock.sched(longest.numFrames / longest.sampleRate * 4 + 1, {
			if(mine == life) { pad[\buffers].do(_.free) };
			nil
		});
	}

	// ----------------------------------------------------------------------------------------------------- notes

	*prPrepare {
		if(prepared == life) { ^this };
		prepared = life;
		[1, 2].do { |channels|
			SynthDef("oneshot_%".format(channels).asSymbol, { |out = 0, buffer, rate = 1, amp = 1, gate = 1|
				var sound = PlayBuf.ar(channels, buffer, BufRateScale.kr(buffer) * rate, doneAction: 2);
				Out.ar(out, this.prShaped(sound, amp, gate));
			}).send(server);
			SynthDef("oneshot_loop_%".format(channels).asSymbol, {
				|out = 0, buffer, rate = 1, amp = 1, gate = 1, loopStart = 0, loopEnd = 0|
				var frame = Sweep.ar(0, BufSampleRate.kr(buffer) * rate);
				var looped = (frame - loopStart).wrap(0, loopEnd - loopStart + 1) + loopStart;
				var place = Select.ar(frame > loopEnd, [frame, looped]);
				Out.ar(out, this.prShaped(BufRd.ar(channels, buffer, place, 0, 4), amp, gate));
			}).send(server);
		};
	}

	*prShaped { |sound, amp, gate|
		var shaped = sound.asArray * amp * EnvGen.kr(Env.asr(0, 1, releaseSeconds), gate, doneAction: 2);
		^[shaped.first, shaped.last]
	}

	*prZones { |pad, note, velocity|
		var fitting = pad[\zones].select { |zone|
			(note >= zone[\lo]) and: { note <= zone[\hi] } and: { velocity >= zone[\vlo] } and: { velocity <= zone[\vhi] }
		};
		var played;
		if(fitting.isEmpty) { ^fitting };
		played = fitting.first[\played] ? 0;
		fitting.first[\played] = played + 1;
		^fitting.select { |zone| zone[\turn] == (played % zone[\turns] + 1) }
	}

	// Plays a note of a pad until noteOff, a drum to its end, and returns its Synth; nil where the pad has no sound.
	// Without a note it is the one on which the pad's first zone sounds as recorded.
	*noteOn { |name, note, velocity = 100|
		var pad = pads[name.asSymbol], synth;
		if(pad.isNil) { ^nil };
		note = note ?? { pad[\zones].first[\root] };
		velocity = velocity.round.clip(1, 127);
		if(pad[\order][\mode] == \keys) { this.noteOff(name, note) };
		this.prZones(pad, note, velocity).do { |zone| synth = this.prSound(pad, zone, note, velocity) };
		if(pad[\order][\mode] == \keys and: { synth.notNil }) { pad[\held][note.asFloat] = synth.register(true) };
		^synth
	}

	*prSound { |pad, zone, note, velocity|
		var keys = pad[\order][\mode] == \keys;
		var loops = keys and: { zone[\loopEnd].notNil };
		var name = "oneshot_%%".format(if(loops) { "loop_" } { "" }, zone[\buffer].numChannels);
		var rate = if(keys) { (note - zone[\root] - (zone[\cents] / 100)).midiratio } { 1 };
		^Synth(name, [
			\buffer, zone[\buffer], \rate, rate, \amp, (velocity / 127).squared,
			\loopStart, zone[\loopStart] ? 0, \loopEnd, zone[\loopEnd] ? 0
		], server)
	}

	*noteOff { |name, note|
		var pad = pads[name.asSymbol];
		pad !? { pad[\held].removeAt(note.asFloat) !? { |synth| if(synth.isPlaying) { synth.release } } };
	}

	*play { |name, note, velocity = 100, seconds = 1|
		var synth = this.noteOn(name, note, velocity);
		note = note ?? { pads[name.asSymbol] !? { |pad| pad[\zones].first[\root] } };
		SystemClock.sched(seconds, { this.noteOff(name, note); nil });
		^synth
	}

	*buffer { |name| ^pads[name.asSymbol] !? { |pad| pad[\zones].first[\buffer] } }

	// -------------------------------------------------------------------------------------------------- triggers

	*trigger { |pad, velocity = 127| bridge.sendMsg("/oneshot/pad/" ++ pad, velocity) }
	*generate { |prompt ... pairs| bridge.sendMsg("/oneshot/generate", prompt, *pairs) }
	*again { |pad| this.prAct("again", pad) }
	*keep { |pad| this.prAct("keep", pad) }
	*discard { |pad| this.prAct("discard", pad) }
	*cancel { |pad| this.prAct("cancel", pad) }

	*prAct { |action, target|
		var address = "/oneshot/" ++ action;
		if(target.isNil) { bridge.sendMsg(address) } { bridge.sendMsg(address, target.asString) };
	}
}
