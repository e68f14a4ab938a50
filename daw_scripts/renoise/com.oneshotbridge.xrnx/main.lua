-- Oneshot Bridge: load new sounds into Renoise's instruments
-- Version 0.1.0
--
-- Loads every sound that Oneshot Bridge delivers to Renoise into the instrument of its pad: mapped to its keys and
-- velocities, tuned, looped, with its turns. Asks for new sounds from menus, keys and MIDI. Nothing to click.
--
-- Install: put the folder com.oneshotbridge.xrnx into Scripts/Tools of Renoise's preferences folder (Help > Show the
--   Preferences Folder) and start Renoise again.
-- Needs: Renoise 3.4 or newer (scripting API 6.1; Lua only).
-- Limits: Renoise has no keys under MIDI note 12. It can't tell when an instrument is silent: what may swap in silence
--   only is loaded at once. Run it in one Renoise at a time.

--------------------------------------------------------------------------------------------------- settings

-- The folder under deliveries/ by which the bridge knows this host.
local HOST = "renoise"
-- Whether an instrument that a delivery names and the song lacks is made; otherwise such a delivery fails.
local CREATE_INSTRUMENTS = true
-- The instrument that holds the sounds of pads whose target is a pad's note.
local KIT = "Oneshot Bridge"
-- How often the folder is looked at.
local POLL_MILLISECONDS = 100
-- After how many looks it is made sure that the library is there.
local LOOKS_PER_CHECK = 20
-- For how many looks an answer to what was asked is listened for: a minute.
local LOOKS_PER_ANSWER = 600

local TITLE = "Oneshot Bridge"
local STATES = { "new", "claimed", "done", "failed" }

local preferences = renoise.Document.create("ScriptingToolPreferences") { library = "" }
renoise.tool().preferences = preferences

local said = {}

local function tell(text)
  renoise.app():show_status(TITLE .. ": " .. text)
end

local function say_once(text)
  if said[text] then return end
  said[text] = true
  print(TITLE .. ": " .. text)
  tell(text)
end

-- A failure that is no bug: its text goes to the user without a line number.
local function refuse(text)
  error(text, 0)
end

-- Returns the text of a file; nil and the reason where it can't be read.
local function text_of(path)
  local file, problem = io.open(path, "rb")
  if not file then return nil, problem end
  local text = file:read("*a")
  file:close()
  return text, "it can't be read"
end

-- What `oneshot daw install` wrote beside this file.
local function read_settings()
  local settings = {}
  local text = text_of(renoise.tool().bundle_path:gsub("[/\\]$", "") .. "/oneshot_bridge.settings") or ""
  for key, value in text:gmatch("([%w_]+)\t([^\r\n]*)") do settings[key] = value end
  return settings
end

local settings = read_settings()
local port = tonumber(settings.osc_port) or 9127

local function is_library(folder)
  return folder ~= "" and io.exists(folder .. "/.oneshot-bridge/library.json")
end

-- Linux keeps the name of the music folder in a file, for it is translated.
local function xdg_music(home)
  local config = os.getenv("XDG_CONFIG_HOME") or home .. "/.config"
  local folder = ("\n" .. (text_of(config .. "/user-dirs.dirs") or "")):match('\n%s*XDG_MUSIC_DIR="([^"\n]+)"')
  return folder and (folder:gsub("^%$HOME", function() return home end))
end

local function usual_library()
  local home = os.getenv("HOME") or os.getenv("USERPROFILE") or ""
  local music = home .. "/Music"
  if os.platform() == "LINUX" then music = xdg_music(home) or os.getenv("XDG_MUSIC_DIR") or music end
  return music .. "/Oneshot Bridge"
end

-- Returns the library's folder: the one that was chosen in the menu, the installed one, or the usual one.
local function find_library()
  if preferences.library.value ~= "" then return preferences.library.value end
  return settings.library or usual_library()
end

------------------------------------------------------------------------------------------------- deliveries

local box = "" -- <library>/deliveries/<host>

local function path_in(state, name)
  return box .. "/" .. state .. "/" .. name
end

local function make_folder(path)
  if not io.exists(path) then os.mkdir(path) end
end

local function register(library)
  box = library .. "/deliveries/" .. HOST
  make_folder(library .. "/deliveries")
  make_folder(box)
  for _, state in ipairs(STATES) do make_folder(box .. "/" .. state) end
end

-- Returns the deliveries in one state, oldest first.
local function list(state)
  local names = {}
  for _, name in ipairs(os.filenames(box .. "/" .. state)) do
    if name:match("^%d+$") then names[#names + 1] = name end
  end
  table.sort(names) -- twelve digits each, so this is the order of the numbers
  return names
end

-- Renames in place of whatever is there: os.rename does not replace on Windows.
local function put_in_place(from, to)
  os.remove(to)
  return os.rename(from, to)
end

-- Returns whether this tool, and nobody else, has the delivery now. It may have been withdrawn meanwhile.
local function claim(name)
  local claimed, problem = put_in_place(path_in("new", name), path_in("claimed", name))
  if not claimed and io.exists(path_in("new", name)) then
    say_once("can't claim a delivery: " .. tostring(problem))
  end
  return claimed
end

-- What is carried out but could not be acknowledged: Windows refuses to rename what another program just reads.
local unacknowledged = {}

local function acknowledge(name)
  local moved = put_in_place(path_in("claimed", name), path_in("done", name))
  unacknowledged[name] = not moved and io.exists(path_in("claimed", name)) or nil
end

local function acknowledge_failure(name, reason)
  reason = tostring(reason):gsub("%c+", " ")
  local text = text_of(path_in("claimed", name)) or ""
  if text ~= "" and text:sub(-1) ~= "\n" then text = text .. "\n" end
  local hidden = path_in("failed", "." .. name .. ".tmp")
  local file, problem = io.open(hidden, "wb")
  if not file then
    say_once("can't write to " .. box .. "/failed: " .. tostring(problem))
    return
  end
  file:write(text, "reason\t", reason, "\n")
  file:close()
  put_in_place(hidden, path_in("failed", name))
  os.remove(path_in("claimed", name))
end

local ZONE_FIELDS = { "path", "root", "cents", "lo", "hi", "vlo", "vhi", "loop_start", "loop_end", "turn", "turns" }

local function parse_zone(value)
  local zone, index = {}, 0
  for field in (value .. "|"):gmatch("([^|]*)|") do
    index = index + 1
    local key = ZONE_FIELDS[index]
    if key then zone[key] = key == "path" and field or tonumber(field) end
  end
  for position = 1, 7 do
    if not zone[ZONE_FIELDS[position]] then refuse("a zone of the delivery is damaged: " .. value) end
  end
  return zone
end

local function parse(text)
  local delivery = { zones = {} }
  for line in text:gmatch("[^\r\n]+") do
    local key, value = line:match("^([%w_]+)\t(.*)$")
    if key == "zone" then
      delivery.zones[#delivery.zones + 1] = parse_zone(value)
    elseif key then
      delivery[key] = value
    end
  end
  if delivery.v ~= "1" then refuse("this tool is too old or the delivery is damaged: update the tool") end
  if not (delivery.action and delivery.mode and delivery.target and delivery.pad) then
    refuse("the delivery is damaged")
  end
  if delivery.pad == "" then delivery.pad = "unassigned" end
  return delivery
end

------------------------------------------------------------------------------------------------- host calls

local LOWEST_NOTE, HIGHEST_KEY = 12, 119 -- Renoise's key 0 is MIDI note 12
local FINE_TUNE_PER_CENT = 1.28
local MODES = { drum = true, keys = true }

local function clamp(value, low, high)
  return math.max(low, math.min(high, value))
end

local function key_of(note)
  return clamp(note - LOWEST_NOTE, 0, HIGHEST_KEY)
end

local function find_instrument(song, name)
  local similar
  for index, instrument in ipairs(song.instruments) do
    if instrument.name == name then return index end
    if not similar and instrument.name:lower() == name:lower() then similar = index end
  end
  return similar
end

local function create_instrument(song, name)
  local index = #song.instruments + 1
  song:insert_instrument_at(index).name = name
  return index
end

-- Returns the index of the instrument that a target means, nil where there is none and none is to be made; and the
-- one note that the target stands for, if it does.
local function resolve(song, target, create)
  local name, note = target:match("^track:(.+)$"), tonumber(target:match("^pad:(%d+)$"))
  if target == "selected" then return song.selected_instrument_index end
  if note and note > 127 then note = nil end
  if note then name = KIT end
  if not name then refuse("Renoise has no target " .. target .. ": use track:NAME, pad:NOTE or selected") end
  if note and note < LOWEST_NOTE then refuse("Renoise has no key for the MIDI note " .. note) end
  local index = find_instrument(song, name)
  if index or not create then return index, note end
  if not CREATE_INSTRUMENTS then refuse("there is no instrument named " .. name) end
  return create_instrument(song, name), note
end

-- A pad's samples are known by their names: the pad, and the file without its folder and ending.
local function label_of(pad, path)
  return pad .. ": " .. path:match("([^/\\]*)$"):gsub("%.%w+$", "")
end

local function belongs_to(sample, pad)
  return sample.name:sub(1, #pad + 2) == pad .. ": "
end

-- Returns where the pad's samples are in the instrument.
local function positions_of(instrument, pad)
  local positions = {}
  for position, sample in ipairs(instrument.samples) do
    if belongs_to(sample, pad) then positions[#positions + 1] = position end
  end
  return positions
end

local function holds(instrument, positions, delivery)
  if #positions ~= #delivery.zones then return false end
  for index, zone in ipairs(delivery.zones) do
    local sample = instrument.samples[positions[index]]
    if sample.name ~= label_of(delivery.pad, zone.path) or not sample.sample_buffer.has_sample_data then return false end
  end
  return true
end

local function delete_samples(instrument, positions)
  for index = #positions, 1, -1 do instrument:delete_sample_at(positions[index]) end
end

-- Puts the zones' sounds behind all samples of the instrument, or changes nothing. Returns their positions.
local function add_samples(instrument, delivery)
  local positions = {}
  for index, zone in ipairs(delivery.zones) do
    local position = #instrument.samples + 1
    local buffer = instrument:insert_sample_at(position).sample_buffer
    positions[index] = position
    local good, loaded = pcall(buffer.load_from, buffer, zone.path)
    if not (good and loaded and buffer.has_sample_data) then
      delete_samples(instrument, positions)
      refuse("Renoise can't load " .. zone.path)
    end
  end
  return positions
end

-- Frames are counted from 0 in deliveries and from 1 in Renoise; both ends belong to the loop.
local function set_loop(sample, zone)
  if not (zone.loop_start and zone.loop_end) then
    sample.loop_mode = renoise.Sample.LOOP_MODE_OFF
    return
  end
  local frames = sample.sample_buffer.number_of_frames
  -- The end first: a start behind the old end is refused.
  sample.loop_start = 1
  sample.loop_end = clamp(zone.loop_end + 1, 1, frames)
  sample.loop_start = clamp(zone.loop_start + 1, 1, sample.loop_end)
  sample.loop_mode = renoise.Sample.LOOP_MODE_FORWARD
end

-- Key k plays the sample k - root - cents/100 semitones away from how it was recorded; a drum as recorded.
local function map_keys(sample, zone, mode, note)
  local mapping, keys = sample.sample_mapping, mode == "keys" and not note
  local base = key_of(zone.root)
  mapping.base_note = base
  mapping.note_range = { key_of(note or zone.lo), key_of(note or zone.hi) }
  mapping.velocity_range = { zone.vlo == 1 and 0 or zone.vlo, zone.vhi } -- what has no velocity plays too
  mapping.map_key_to_pitch = keys
  -- Roots that Renoise has no key for are made up by transposing.
  sample.transpose = keys and base - (zone.root - LOWEST_NOTE) or 0
  sample.fine_tune = keys and clamp(math.floor(-zone.cents * FINE_TUNE_PER_CENT + 0.5), -127, 127) or 0
  sample.oneshot = mode == "drum"
end

-- A pad of a kit is one key: only what plays the same keys as the first zone can be put on it.
local function zones_for(delivery, note)
  local first, zones = delivery.zones[1], {}
  for _, zone in ipairs(delivery.zones) do
    local fits = note and zone.lo == first.lo and zone.hi == first.hi
    if fits or not note and zone.hi >= LOWEST_NOTE then zones[#zones + 1] = zone end
  end
  if #zones == 0 then refuse("Renoise has no keys for MIDI notes under " .. LOWEST_NOTE) end
  return zones
end

-- Overlapping zones sound together or take turns, as one setting of the whole instrument says.
local function take_turns(instrument, zones)
  for _, zone in ipairs(zones) do
    if (zone.turns or 1) > 1 then
      instrument.sample_mapping_overlap_mode = renoise.Instrument.OVERLAP_MODE_CYCLED
      return
    end
  end
end

local function load(song, delivery)
  if #delivery.zones == 0 then refuse("the delivery has no zones") end
  if not MODES[delivery.mode] then refuse("Renoise has no mode " .. delivery.mode) end
  for _, zone in ipairs(delivery.zones) do
    if not io.exists(zone.path) then refuse("the sample is missing: " .. zone.path) end
  end
  local made = #song.instruments
  local index, note = resolve(song, delivery.target, true)
  made = #song.instruments > made
  local instrument = song.instruments[index]
  local good, problem = pcall(function()
    delivery.zones = zones_for(delivery, note)
    if #instrument.samples > 0 and #instrument.samples[1].slice_markers > 0 then
      refuse("the instrument " .. instrument.name .. " is sliced: name another one")
    end
    local old = positions_of(instrument, delivery.pad)
    if not holds(instrument, old, delivery) then
      add_samples(instrument, delivery)
      delete_samples(instrument, old)
      -- What was put behind all others has moved up.
      local first = #instrument.samples - #delivery.zones
      for position, zone in ipairs(delivery.zones) do
        instrument.samples[first + position].name = label_of(delivery.pad, zone.path)
      end
    end
    for position, found in ipairs(positions_of(instrument, delivery.pad)) do
      local sample, zone = instrument.samples[found], delivery.zones[position]
      map_keys(sample, zone, delivery.mode, note)
      set_loop(sample, zone)
    end
    take_turns(instrument, delivery.zones)
    if not holds(instrument, positions_of(instrument, delivery.pad), delivery) then
      refuse("Renoise did not keep " .. delivery.path)
    end
  end)
  if good then return end
  if made then song:delete_instrument_at(index) end
  error(problem, 0)
end

local function clear(song, delivery)
  local index = resolve(song, delivery.target, false)
  if index then
    local instrument = song.instruments[index]
    delete_samples(instrument, positions_of(instrument, delivery.pad))
  end
end

local ACTIONS = { load = load, clear = clear }

local function carry_out(delivery)
  local action = ACTIONS[delivery.action] or refuse("Renoise has no action " .. delivery.action)
  local song = renoise.song()
  song:describe_undo("Oneshot: " .. delivery.action .. " " .. delivery.pad)
  action(song, delivery)
  tell(delivery.pad .. (delivery.action == "load" and " is loaded" or " is empty"))
end

---------------------------------------------------------------------------------------------------- asking

local client
local looks_for_answer = 0

-- Returns the pad of the selected sample or instrument; else the one that bears the instrument's name.
local function selected_pad(song)
  local selected = song.selected_sample
  local pad = selected and selected.name:match("^([a-z0-9-]+): ")
  if pad then return pad end
  for _, sample in ipairs(song.selected_instrument.samples) do
    pad = sample.name:match("^([a-z0-9-]+): ")
    if pad then return pad end
  end
  pad = song.selected_instrument.name:lower():gsub("%s+", "-")
  return pad:match("^[a-z0-9-]+$") and #pad <= 32 and pad or nil
end

local function hang_up()
  if client and client.is_open then client:close() end
  client, looks_for_answer = nil, 0
end

local function send(address, arguments)
  local problem
  if not (client and client.is_open) then
    client, problem = renoise.Socket.create_client("127.0.0.1", port, renoise.Socket.PROTOCOL_UDP)
    if not client then refuse("the bridge can't be reached: " .. tostring(problem)) end
  end
  local sent, why = client:send(renoise.Osc.Message(address, arguments))
  if not sent then
    hang_up()
    refuse("the bridge can't be reached: " .. tostring(why))
  end
  looks_for_answer = LOOKS_PER_ANSWER
end

-- What an answer of the bridge says to the user; by place, the reason stands in it.
local ANSWERS = {
  ["/oneshot/job/accepted"] = { text = "a new sound is on its way" },
  ["/oneshot/job/failed"] = { reason = 2 },
  ["/oneshot/job/rejected"] = { reason = 2 },
  ["/oneshot/error"] = { reason = 1 },
}

local function listen()
  if looks_for_answer == 0 then return end
  looks_for_answer = looks_for_answer - 1
  local packet, problem = client:receive("*all", 0)
  if packet and packet ~= "" then
    local message = renoise.Osc.from_binary_data(packet)
    local answer = message and ANSWERS[message.pattern]
    if answer then tell(answer.text or tostring(message.arguments[answer.reason].value)) end
  elseif problem and problem ~= "timeout" then
    hang_up()
    tell("the bridge is not there: start it with `oneshot run`")
  end
  if looks_for_answer == 0 then hang_up() end
end

local function ask(action)
  local good, problem = pcall(function()
    local pad = selected_pad(renoise.song())
    if not pad then refuse("give the instrument the name of a pad, like kick") end
    if action == "pad" then
      send("/oneshot/pad/" .. pad, { { tag = "i", value = 127 } })
    else
      send("/oneshot/" .. action, { { tag = "s", value = pad } })
    end
  end)
  if not good then tell(tostring(problem)) end
end

------------------------------------------------------------------------------------------------------- loop

local library -- found at the first look: only then the preferences are there
local registered = false
local looks = 0

local function handle(name)
  local good, problem = pcall(function()
    local text, why = text_of(path_in("claimed", name))
    if not text then refuse("the delivery can't be read: " .. tostring(why)) end
    carry_out(parse(text))
  end)
  if good then
    acknowledge(name)
  else
    acknowledge_failure(name, problem)
    say_once(tostring(problem))
  end
end

-- What a crash left claimed is carried out again; what is loaded already is found so and only acknowledged.
local function check_library()
  library = library or find_library()
  if not is_library(library) then
    registered = false
    say_once("waiting for the library at " .. library)
    return
  end
  register(library)
  if not registered then
    registered = true
    for _, name in ipairs(list("claimed")) do handle(name) end
  end
  for name in pairs(unacknowledged) do acknowledge(name) end
end

-- Carries out one delivery at most, so that Renoise stays fluent however many are waiting.
local function look()
  local name = list("new")[1]
  if name and claim(name) then handle(name) end
end

-- An error that reached Renoise would stop the timer: it is said instead. There is no song while one is opened.
local function tick()
  local ready, song = pcall(renoise.song)
  if not (ready and song) then return end
  local good, problem = pcall(function()
    if looks == 0 then check_library() end
    looks = (looks + 1) % LOOKS_PER_CHECK
    if registered then look() end
  end)
  if not good then say_once(tostring(problem)) end
  good, problem = pcall(listen)
  if not good then
    client, looks_for_answer = nil, 0
    say_once(tostring(problem))
  end
end

local function choose_library()
  local folder = renoise.app():prompt_for_path("The library's folder of Oneshot Bridge")
  folder = folder:gsub("[/\\]+$", "")
  if folder == "" then return end
  if not is_library(folder) then
    tell("there is no library in " .. folder)
    return
  end
  preferences.library.value = folder
  library, registered, looks = folder, false, 0
end

for _, entry in ipairs({
  { "New sound", "pad" }, { "Again", "again" }, { "Keep", "keep" }, { "Discard", "discard" }, { "Cancel", "cancel" },
}) do
  local name, action = entry[1], entry[2]
  for _, menu in ipairs({ "Main Menu:Tools:", "Instrument Box:" }) do
    renoise.tool():add_menu_entry { name = menu .. TITLE .. ":" .. name, invoke = function() ask(action) end }
  end
  renoise.tool():add_keybinding {
    name = "Global:" .. TITLE .. ":" .. name,
    invoke = function(repeated) if not repeated then ask(action) end end,
  }
  renoise.tool():add_midi_mapping {
    name = TITLE .. ":" .. name .. " [Trigger]",
    invoke = function(message) if message:is_trigger() then ask(action) end end,
  }
end
renoise.tool():add_menu_entry { name = "--- Main Menu:Tools:" .. TITLE .. ":Choose the library…", invoke = choose_library }

renoise.tool():add_timer(tick, POLL_MILLISECONDS)
