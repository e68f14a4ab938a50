// A stand-in for the part of SuperDirt that the script touches, by SuperDirt's documentation: a library that keeps
// arrays of buffers and of events by name, frees what is replaced, and leaves a name alone that a synth has.
DirtSoundLibrary {
	var <server, <buffers, <bufferEvents, <synthEvents;

	*new { |server| ^super.newCopyArgs(server, IdentityDictionary.new, IdentityDictionary.new, IdentityDictionary.new) }

	addBuffer { |name, buffer, appendToExisting = false|
		if(name.isKindOf(Symbol).not or: { buffer.bufnum.isNil }) { Error("no buffer or no name").throw };
		if(synthEvents[name].notNil) { ^this };
		if(appendToExisting.not) { this.freeSoundFiles(name) };
		buffers[name] = buffers[name].add(buffer);
		bufferEvents[name] = bufferEvents[name].add((buffer: buffer.bufnum, note: 0));
	}

	freeSoundFiles { |names|
		names.asArray.do { |name|
			buffers.removeAt(name).do(_.free);
			bufferEvents.removeAt(name);
		};
	}

	set { |name, indices ... pairs|
		bufferEvents[name].at(indices.asArray).do { |event| event.putPairs(pairs) };
	}
}

SuperDirt {
	var <server, <soundLibrary;

	*new { |channels, server| ^super.newCopyArgs(server, DirtSoundLibrary(server)) }
}
