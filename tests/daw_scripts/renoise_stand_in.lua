-- A stand-in for the part of Renoise's scripting API that the tool calls (API 6.1; Lua 5.1 and LuaJIT). It refuses what
-- Renoise is documented to refuse: properties that do not exist or are read-only, values out of range, sample buffers
-- without sound, slots that do not exist, sliced instruments, the song while there is none. `host` is the test's side:
-- the song, the user, the timer, and a power switch.

local json = dofile(debug.getinfo(1, "S").source:match("^@(.*[/\\])") .. "json.lua")

local host = {
  instruments = {}, selected = 1, selected_sample = nil, no_song = false, platform = "LINUX", console = {}, status = {},
  undo = {}, errors = {}, menus = {}, keybindings = {}, midi_mappings = {}, sent = {}, answers = {}, listens = 0,
  bridge_is_there = true, chosen_folder = "", preferences = {}, crash_before = nil, fail_rename = nil, listings = 0,
  crashed = false, timers = {}, most_instruments = 255, bundle = "", loads = 0, clients = 0, refuses_files = false,
}
renoise = {}

local CRASH = {}
local rename, remove, real_pcall, real_type = os.rename, os.remove, pcall, type
local has_ffi, ffi = real_pcall(require, "ffi")

-- A crash is a rename that never comes back: nothing after it runs, and no pcall notices.
function pcall(work, ...)
  local results = { real_pcall(work, ...) }
  if not results[1] and results[2] == CRASH then error(CRASH, 0) end
  return unpack(results, 1, table.maxn(results))
end

local function is_within(value, low, high)
  return real_type(value) == "number" and value >= low and value <= high
end

-- Makes an object whose `fields` can be read, and written where `writable` has a check for them.
local function object(kind, fields, writable)
  return setmetatable({}, {
    kind = kind,
    __index = function(_, key)
      local value = fields[key]
      if value == nil and not (writable and writable[key]) then
        error("no such property or function: " .. kind .. "." .. tostring(key), 2)
      end
      if real_type(value) == "table" and rawget(value, "get") then return value.get() end
      return value
    end,
    __newindex = function(_, key, value)
      local check = writable and writable[key]
      if not check then error("can't write " .. kind .. "." .. tostring(key), 2) end
      if not check(value) then error("invalid value for " .. kind .. "." .. key .. ": " .. tostring(value), 2) end
      fields[key] = value
    end,
  })
end

function type(value)
  local meta = real_type(value) == "table" and getmetatable(value)
  return meta and meta.kind or real_type(value)
end

local function a_number(low, high)
  return function(value) return is_within(value, low, high) and value == math.floor(value) end
end
local function a_text(value) return real_type(value) == "string" end
local function a_boolean(value) return real_type(value) == "boolean" end
local function a_range(high)
  return function(value)
    return real_type(value) == "table" and #value == 2 and is_within(value[1], 0, high) and is_within(value[2], 0, high)
      and value[1] <= value[2]
  end
end

-------------------------------------------------------------------------------------------------------- files

if has_ffi then
  ffi.cdef [[
    typedef struct __dirstream DIR;
    struct dirent { unsigned long d_ino; long d_off; unsigned short d_reclen; unsigned char d_type; char d_name[256]; };
    DIR *opendir(const char *name);
    struct dirent *readdir(DIR *folder);
    int closedir(DIR *folder);
  ]]
end

local function shell_quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

function os.filenames(folder)
  host.listings = host.listings + 1
  local names = {}
  if has_ffi then
    local stream = ffi.C.opendir(folder)
    if stream == nil then error("invalid folder: " .. folder, 2) end
    local entry = ffi.C.readdir(stream)
    while entry ~= nil do
      if entry.d_type ~= 4 then names[#names + 1] = ffi.string(entry.d_name) end
      entry = ffi.C.readdir(stream)
    end
    ffi.C.closedir(stream)
    return names
  end
  if not io.exists(folder) then error("invalid folder: " .. folder, 2) end
  local pipe = io.popen("ls -Ap " .. shell_quoted(folder) .. " 2>/dev/null")
  for name in pipe:lines() do
    if name:sub(-1) ~= "/" then names[#names + 1] = name end
  end
  pipe:close()
  return names
end

-- Makes one folder, not those above it.
function os.mkdir(folder)
  return os.execute("mkdir " .. shell_quoted(folder) .. " 2>/dev/null") == 0 or nil, "can't be made"
end

function os.platform() return host.platform end

function os.rename(from, to)
  if host.crash_before and to:find(host.crash_before, 1, true) then
    host.crash_before = nil
    error(CRASH, 0)
  end
  if host.fail_rename and to:find(host.fail_rename, 1, true) then return nil, to .. ": Permission denied", 13 end
  if io.exists(to) then return nil, to .. ": File exists", 17 end -- as on Windows
  return rename(from, to)
end

function io.exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

function print(text) host.console[#host.console + 1] = text end

------------------------------------------------------------------------------------------------------ the song

renoise.Sample = { LOOP_MODE_OFF = 1, LOOP_MODE_FORWARD = 2 }
renoise.Instrument = { OVERLAP_MODE_ALL = 0, OVERLAP_MODE_CYCLED = 1, OVERLAP_MODE_RANDOM = 2 }

-- Returns how many frames a sound file has; nil for one that Renoise could not read.
local function frames_of(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local head, size = file:read(4), file:seek("end")
  file:close()
  return head == "RIFF" and size or nil
end

local function new_buffer()
  local fields = { has_sample_data = false, read_only = false }
  fields.number_of_frames = { get = function()
    if not fields.has_sample_data then error("no sample data", 3) end
    return fields.frames
  end }
  fields.load_from = function(_, path)
    assert(a_text(path), "load_from: a file name is expected")
    local frames = not host.refuses_files and frames_of(path) or nil
    if not frames then
      host.errors[#host.errors + 1] = "can't load " .. path
      return false
    end
    fields.has_sample_data, fields.frames, fields.file = true, frames, path
    host.loads = host.loads + 1
    return true
  end
  return object("SampleBuffer", fields), fields
end

local function new_sample()
  local buffer, inner = new_buffer()
  -- Not what a fresh sample holds, but what a tool that relies on defaults trips over.
  local mapping = { base_note = 7, note_range = { 3, 4 }, velocity_range = { 5, 6 }, map_key_to_pitch = true }
  local fields = {
    name = "", transpose = 11, fine_tune = 12, oneshot = true, loop_mode = 2, loop_start = 1, loop_end = 1,
    slice_markers = {}, is_slice_alias = false, sample_buffer = buffer,
    sample_mapping = object("SampleMapping", mapping, {
      base_note = a_number(0, 119), note_range = a_range(119), velocity_range = a_range(127),
      map_key_to_pitch = a_boolean,
    }),
  }
  local function in_sound(low, high)
    return function(value)
      local frames = inner.has_sample_data and inner.frames or 0
      return is_within(value, low and low() or 1, high and high() or frames)
    end
  end
  local sample = object("Sample", fields, {
    name = a_text, transpose = a_number(-120, 120), fine_tune = a_number(-127, 127), oneshot = a_boolean,
    loop_mode = a_number(1, 4), loop_start = in_sound(nil, function() return fields.loop_end end),
    loop_end = in_sound(function() return fields.loop_start end),
  })
  return { sample = sample, fields = fields, mapping = mapping, buffer = inner }
end

local function new_instrument(name)
  local slots = {}
  local fields = { name = name or "", sample_mapping_overlap_mode = 0 }
  local instrument = { slots = slots, fields = fields, sliced = false }
  fields.samples = { get = function()
    local samples = {}
    for index, slot in ipairs(slots) do samples[index] = slot.sample end
    return samples
  end }
  fields.insert_sample_at = function(_, index)
    if instrument.sliced then error("the sample list of a sliced instrument is read-only", 2) end
    if not is_within(index, 1, #slots + 1) then error("invalid sample index: " .. tostring(index), 2) end
    table.insert(slots, index, new_sample())
    return slots[index].sample
  end
  fields.delete_sample_at = function(_, index)
    if instrument.sliced then error("the sample list of a sliced instrument is read-only", 2) end
    if not slots[index] then error("invalid sample index: " .. tostring(index), 2) end
    table.remove(slots, index)
  end
  instrument.handle = object("Instrument", fields, { name = a_text, sample_mapping_overlap_mode = a_number(0, 2) })
  return instrument
end

-- Puts an instrument into the song; `samples` are names of the user's own samples.
function host.add_instrument(name, samples)
  local instrument = new_instrument(name)
  for index, sample in ipairs(samples or {}) do
    instrument.handle:insert_sample_at(index).name = sample
  end
  host.instruments[#host.instruments + 1] = instrument
  return instrument
end

function host.slice(instrument)
  instrument.slots[1].fields.slice_markers = { 1, 2 }
  instrument.sliced = true
end

local function handles()
  local list = {}
  for index, instrument in ipairs(host.instruments) do list[index] = instrument.handle end
  return list
end

local song = object("Song", {
  instruments = { get = handles },
  selected_instrument = { get = function() return host.instruments[host.selected].handle end },
  selected_instrument_index = { get = function() return host.selected end },
  selected_sample = { get = function()
    local slot = host.instruments[host.selected].slots[host.selected_sample or 1]
    return slot and slot.sample
  end },
  insert_instrument_at = function(_, index)
    if #host.instruments >= host.most_instruments then error("can't have more instruments in a song", 2) end
    if not is_within(index, 1, #host.instruments + 1) then error("invalid instrument index", 2) end
    table.insert(host.instruments, index, new_instrument())
    return host.instruments[index].handle
  end,
  delete_instrument_at = function(_, index)
    if #host.instruments == 1 or not host.instruments[index] then error("invalid instrument index", 2) end
    table.remove(host.instruments, index)
  end,
  describe_undo = function(_, text)
    assert(a_text(text))
    host.undo[#host.undo + 1] = text
  end,
})

function renoise.song()
  if host.no_song then error("the song is not available", 2) end
  return song
end

------------------------------------------------------------------------------------------ application and tool

local application = object("Application", {
  show_status = function(_, text)
    assert(a_text(text))
    host.status[#host.status + 1] = text
  end,
  prompt_for_path = function(_, title)
    assert(a_text(title))
    return host.chosen_folder
  end,
})

function renoise.app() return application end

renoise.Document = {}
function renoise.Document.create(name)
  assert(a_text(name))
  return function(properties)
    local fields = {}
    for key, value in pairs(properties) do
      fields[key] = object("ObservableString", { value = value }, { value = a_text })
    end
    return object("DocumentNode", fields)
  end
end

local function entry(kept, first_words)
  return function(_, described)
    assert(a_text(described.name) and real_type(described.invoke) == "function")
    local known = #first_words == 0
    for _, words in ipairs(first_words) do
      known = known or described.name:gsub("^%-+ ", ""):sub(1, #words) == words
    end
    if not known then error("unknown place: " .. described.name, 2) end
    if kept[described.name] then error("added twice: " .. described.name, 2) end
    kept[described.name] = described.invoke
  end
end

local function new_tool()
  host.menus, host.keybindings, host.midi_mappings, host.timers = {}, {}, {}, {}
  return object("ScriptingTool", {
    bundle_path = host.bundle,
    add_menu_entry = entry(host.menus, { "Main Menu:Tools:", "Instrument Box:" }),
    add_keybinding = entry(host.keybindings, { "Global:" }),
    add_midi_mapping = entry(host.midi_mappings, {}),
    add_timer = function(_, work, milliseconds)
      assert(real_type(work) == "function" and is_within(milliseconds, 1, 1e6))
      host.timers[#host.timers + 1] = work
    end,
  }, {
    preferences = function(node)
      host.preferences_node = node
      return type(node) == "DocumentNode"
    end,
  })
end

local tool
function renoise.tool() return tool end

------------------------------------------------------------------------------------------------------ sockets

local FITS = {
  i = function(value) return real_type(value) == "number" and value == math.floor(value) end,
  s = a_text,
}

renoise.Osc = {}
function renoise.Osc.Message(pattern, arguments)
  assert(a_text(pattern) and pattern:sub(1, 1) == "/")
  for _, argument in ipairs(arguments or {}) do
    if not (FITS[argument.tag] and FITS[argument.tag](argument.value)) then error("invalid OSC argument", 2) end
  end
  return object("Message", { pattern = pattern, arguments = arguments or {} })
end

-- Packets are messages here; what is no message is damaged.
function renoise.Osc.from_binary_data(packet)
  local answer = host.answers[packet]
  if not answer then return nil, "no OSC message" end
  return renoise.Osc.Message(answer[1], answer[2])
end

local function new_client()
  host.clients = host.clients + 1
  local open, pending = true, {}
  local function alive() if not open then error("the socket is closed", 3) end end
  return object("SocketClient", {
    is_open = { get = function() return open end },
    close = function()
      alive()
      open = false
      host.clients = host.clients - 1
    end,
    send = function(_, message)
      alive()
      assert(type(message) == "Message")
      host.sent[#host.sent + 1] = { message.pattern, message.arguments }
      for packet in pairs(host.answers) do pending[#pending + 1] = packet end
      return true
    end,
    receive = function(_, mode, timeout)
      alive()
      assert(mode == "*all" and timeout == 0, "this would block Renoise")
      host.listens = host.listens + 1
      if not host.bridge_is_there then
        open = false
        host.clients = host.clients - 1
        return nil, "disconnected"
      end
      if pending[1] then return table.remove(pending, 1) end
      return nil, "timeout"
    end,
  })
end

renoise.Socket = { PROTOCOL_TCP = 1, PROTOCOL_UDP = 2 }
function renoise.Socket.create_client(address, port, protocol)
  assert(a_text(address) and is_within(port, 1, 65535) and protocol == renoise.Socket.PROTOCOL_UDP)
  host.port = port
  return new_client()
end

------------------------------------------------------------------------------------------------ the test's side

-- Runs a callback as Renoise does: an error ends the tool, and a crash ends everything.
local function call(work, ...)
  if host.crashed then return end
  local arguments = { ... }
  local good, problem = xpcall(function() return work(unpack(arguments)) end, function(problem)
    return problem == CRASH and CRASH or debug.traceback(tostring(problem))
  end)
  if good then return end
  if problem ~= CRASH then error("the tool crashed: " .. problem, 0) end
  host.crashed, host.timers = true, {}
end

-- Starts Renoise with the song as it is and loads the tool. Its preferences are there only afterwards.
function host.start(script)
  host.crashed, host.errors = false, {}
  if #host.instruments == 0 then host.add_instrument("") end
  tool = new_tool()
  host.no_song = true
  call(function() dofile(script) end)
  host.no_song = false
  for key, value in pairs(host.preferences) do host.preferences_node[key].value = value end
end

function host.tick(count)
  for _ = 1, count or 1 do
    for _, work in ipairs(host.timers) do call(work) end
  end
end

function host.choose(menu) call(host.menus[menu]) end
function host.press(key, repeated) call(host.keybindings[key], repeated or false) end
function host.turn(mapping, trigger) call(host.midi_mappings[mapping], { is_trigger = function() return trigger end }) end

-- How many semitones a MIDI note shifts the sample; only the notes that play it.
local function shifts(slot)
  local mapping, keys = slot.mapping, { none = 0 }
  for note = 12, 127 do
    local key = note - 12
    if key >= mapping.note_range[1] and key <= mapping.note_range[2] then
      local tuned = slot.fields.transpose + slot.fields.fine_tune / 128
      keys[tostring(note)] = (mapping.map_key_to_pitch and key - mapping.base_note or 0) + tuned
    end
  end
  return keys
end

local function described(slot)
  local fields = slot.fields
  return {
    name = fields.name, file = slot.buffer.file or "", keys = shifts(slot), velocities = slot.mapping.velocity_range,
    oneshot = fields.oneshot, looped = fields.loop_mode == 2, loop = { fields.loop_start, fields.loop_end },
  }
end

function host.report()
  local instruments = {}
  for index, instrument in ipairs(host.instruments) do
    local samples = {}
    for position, slot in ipairs(instrument.slots) do samples[position] = described(slot) end
    instruments[index] = {
      name = instrument.fields.name, samples = samples, overlap = instrument.fields.sample_mapping_overlap_mode,
    }
  end
  io.write(json({
    instruments = instruments, console = host.console, status = host.status, undo = host.undo, sent = host.sent,
    crashed = host.crashed, listings = host.listings, running = #host.timers, loads = host.loads, port = host.port or 0,
    clients = host.clients, listens = host.listens, library = host.preferences_node.library.value,
  }))
end

return host
