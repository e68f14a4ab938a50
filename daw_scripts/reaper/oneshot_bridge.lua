-- @description Oneshot Bridge: load new sounds into ReaSamplOmatic5000
-- @version 0.1.0
-- @author Oneshot Bridge
-- @about
--   Runs in the background and loads every sound that Oneshot Bridge delivers to REAPER into a
--   ReaSamplOmatic5000 of its own on the pad's track, mapped to its keys and tuned. Nothing to click.
--   The actions beside it, in the folder "Oneshot Bridge", ask the bridge for sounds; it adds them to the action list.
--
--   Install: oneshot daw install reaper. By hand: Actions > Show action list > New action > Load ReaScript...,
--   choose this file, run it once; README.md says how to start it with REAPER.
--   Needs: REAPER 6 or 7 (Lua only, no extensions), one that can name effects from a script.
--   Where it was not installed by the bridge, the first run asks for the library's folder if it is not where it
--   usually is.
--
--   Limits: it loads into the project in front. It never arms or monitors a track: to hear a pad, the track
--   needs MIDI from you. Loops inside a sample are not set. Run it in one REAPER at a time.

--------------------------------------------------------------------------------------------------- settings

-- The library's folder; "" takes the one that the bridge wrote beside this script when it was installed, else the
-- usual one, else the one that was typed in when the script asked.
local LIBRARY = ""
-- The folder under deliveries/ by which the bridge knows this host.
local HOST = "reaper"
-- Whether a track that a delivery names and the project lacks is made; otherwise such a delivery fails.
local CREATE_TRACKS = true
-- How often the folder is looked at: every time that REAPER lets the script run.
local POLL_SECONDS = 0.03
-- What a track plays under this peak (-60 dB) is silence.
local SILENCE = 0.001
-- How often it is made sure that the library is there.
local CHECK_SECONDS = 2

local SECTION = "oneshot_bridge"
local FOLDERS = { "new", "claimed", "done", "failed", "asked" }
-- Where this script lies, and beside it what the bridge told it, and its actions.
local HERE = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local SETTINGS = HERE .. "oneshot_bridge.settings"
local ACTIONS_FOLDER = HERE .. "Oneshot Bridge"

local said = {}

local function say(text)
  reaper.ShowConsoleMsg("Oneshot Bridge: " .. text .. "\n")
end

local function say_once(text)
  if not said[text] then
    said[text] = true
    say(text)
  end
end

-- A failure that is no bug: its text goes to the user without a line number.
local function refuse(text)
  error(text, 0)
end

local function read_settings()
  local settings, file = {}, io.open(SETTINGS, "rb")
  if not file then return settings end
  for line in file:lines() do
    local key, value = line:match("^([%w_]+)\t(.-)\r?$")
    if key then settings[key] = value end
  end
  file:close()
  return settings
end

local function is_library(folder)
  return folder ~= "" and reaper.file_exists(folder .. "/.oneshot-bridge/library.json")
end

-- Linux keeps the name of the music folder in a file, for it is translated.
local function xdg_music(home)
  local config = os.getenv("XDG_CONFIG_HOME") or home .. "/.config"
  local file = io.open(config .. "/user-dirs.dirs", "r")
  if not file then return nil end
  local folder = ("\n" .. file:read("a")):match('\n%s*XDG_MUSIC_DIR="([^"\n]+)"')
  file:close()
  return folder and (folder:gsub("^%$HOME", function() return home end))
end

local function usual_library()
  local home = os.getenv("HOME") or os.getenv("USERPROFILE") or ""
  local music = home .. "/Music"
  if reaper.GetOS() == "Other" then music = xdg_music(home) or os.getenv("XDG_MUSIC_DIR") or music end
  return music .. "/Oneshot Bridge"
end

-- Returns the library's folder, asking for it if it is in none of the places where it could be; nil to give up.
-- A folder that is not there yet is waited for.
local function find_library()
  if LIBRARY ~= "" then return LIBRARY end
  local told = read_settings().library or ""
  if told ~= "" then return told end
  local typed = reaper.GetExtState(SECTION, "library")
  if is_library(typed) then return typed end
  local usual = usual_library()
  if is_library(usual) then return usual end
  local suggestion = typed ~= "" and typed or usual
  local agreed, answer = reaper.GetUserInputs(
    "Oneshot Bridge", 1, "Folder of the library:,extrawidth=300,separator=\n", suggestion)
  answer = agreed and answer:match("^%s*(.-)[%s/\\]*$") or ""
  if answer == "" then return nil end
  reaper.SetExtState(SECTION, "library", answer, true)
  return answer
end

------------------------------------------------------------------------------------------------- deliveries

local box = "" -- <library>/deliveries/<host>

local function path_in(state, name)
  return box .. "/" .. state .. "/" .. name
end

local function register(library)
  box = library .. "/deliveries/" .. HOST
  for _, folder in ipairs(FOLDERS) do
    reaper.RecursiveCreateDirectory(box .. "/" .. folder, 0)
  end
  reaper.SetExtState(SECTION, "box", box, false) -- for the actions
end

-- Returns the names of the files in a folder that are of a kind, sorted.
local function names_in(folder, pattern)
  local names, index = {}, 0
  reaper.EnumerateFiles(folder, -1) -- reads the folder anew
  while true do
    local name = reaper.EnumerateFiles(folder, index)
    if not name then break end
    if name:match(pattern) then names[#names + 1] = name end
    index = index + 1
  end
  table.sort(names)
  return names
end

-- Returns the deliveries in one state, oldest first: twelve digits each, so their order is that of the numbers.
local function list(state)
  return names_in(box .. "/" .. state, "^%d+$")
end

local function read_text(path)
  local file, problem = io.open(path, "rb")
  if not file then refuse("the delivery can't be read: " .. tostring(problem)) end
  local text = file:read("a")
  file:close()
  return text
end

-- Renames in place of whatever is there: os.rename does not replace on Windows.
local function put_in_place(from, to)
  os.remove(to)
  return os.rename(from, to)
end

-- Returns whether this script, and nobody else, has the delivery now. It may have been withdrawn meanwhile.
local function claim(name)
  local claimed, problem = put_in_place(path_in("new", name), path_in("claimed", name))
  if not claimed and reaper.file_exists(path_in("new", name)) then
    say_once("can't claim a delivery: " .. tostring(problem))
  end
  return claimed
end

-- What is carried out but could not be acknowledged: Windows refuses to rename what another program just reads.
local unacknowledged = {}

local function acknowledge(name)
  local moved = put_in_place(path_in("claimed", name), path_in("done", name))
  unacknowledged[name] = not moved and reaper.file_exists(path_in("claimed", name)) or nil
end

local function acknowledge_failure(name, reason)
  reason = tostring(reason):gsub("%c+", " ")
  local kept, text = pcall(read_text, path_in("claimed", name))
  text = kept and text or ""
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
  if delivery.v ~= "1" then refuse("this script is too old or the delivery is damaged: update the script") end
  if not (delivery.action and delivery.mode and delivery.target and delivery.pad) then
    refuse("the delivery is damaged")
  end
  return delivery
end

------------------------------------------------------------------------------------------------- host calls

local SAMPLER = "ReaSamplOmatic5000 (Cockos)"
local MODES = { drum = "1", keys = "2" } -- 1 ignores the note, 2 shifts by semitones
local RANGE_START, RANGE_END, PITCH_START, PITCH_END = 3, 4, 5, 6
local OBEY_NOTE_OFFS, LOOP, VELOCITY_MIN, VELOCITY_MAX, ROUND_ROBIN, FILTER_NOTES = 11, 12, 17, 18, 20, 21

-- Rounding down must not turn a note into the one below.
local function note_to_param(note)
  return math.min(1, note / 127 + 1e-6)
end

local function semitones_to_param(semitones)
  return math.max(0, math.min(1, (semitones + 80) / 160))
end

local function plain_path(path)
  local plain = path:gsub("\\", "/"):gsub("^//%?/", "")
  return reaper.GetOS():match("^Win") and plain:lower() or plain
end

local function track_name(track)
  local _, name = reaper.GetSetMediaTrackInfo_String(track, "P_NAME", "", false)
  return name
end

local function find_track(name)
  local similar
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    local found = track_name(track)
    if found == name then return track end
    if not similar and found:lower() == name:lower() then similar = track end
  end
  return similar
end

local function create_track(name)
  local index = reaper.CountTracks(0)
  reaper.InsertTrackAtIndex(index, true)
  local track = reaper.GetTrack(0, index)
  reaper.GetSetMediaTrackInfo_String(track, "P_NAME", name, true)
  return track
end

-- Returns the track that a target means; nil where there is none and none is to be made.
local function resolve(target, create)
  local name = target:match("^track:(.+)$")
  if name then
    local track = find_track(name)
    if track or not create then return track end
    if not CREATE_TRACKS then refuse("there is no track named " .. name) end
    return create_track(name)
  end
  if target == "selected" then
    local track = reaper.GetSelectedTrack(0, 0)
    if not track and create then refuse("no track is selected") end
    return track
  end
  refuse("REAPER has no target " .. target .. ": use track:NAME or selected")
end

-- The name of the sampler that plays a pad's zone; by it the script knows its own samplers again.
local function label_of(pad, position)
  local label = "Oneshot: " .. (pad ~= "" and pad or "unassigned")
  return position == 1 and label or label .. " (" .. position .. ")"
end

local function find_sampler(track, label)
  for fx = 0, reaper.TrackFX_GetCount(track) - 1 do
    local _, given = reaper.TrackFX_GetNamedConfigParm(track, fx, "renamed_name")
    local _, shown = reaper.TrackFX_GetFXName(track, fx, "")
    if given == label or shown == label then return fx end
  end
  return nil
end

local function add_sampler(track, label)
  local fx = reaper.TrackFX_AddByName(track, SAMPLER, false, -1)
  if fx < 0 then refuse("REAPER can't add " .. SAMPLER) end
  reaper.TrackFX_SetNamedConfigParm(track, fx, "renamed_name", label)
  if find_sampler(track, label) ~= fx then
    -- Nameless it would not be found again, and every sound would add one more.
    reaper.TrackFX_Delete(track, fx)
    refuse("this REAPER can't name effects from a script: update REAPER")
  end
  return fx
end

local function file_of(track, fx, index)
  local _, path = reaper.TrackFX_GetNamedConfigParm(track, fx, "FILE" .. (index or 0))
  return path or ""
end

-- Returns whether a sampler holds these files and no others.
local function holds(track, fx, paths)
  for index, path in ipairs(paths) do
    if plain_path(file_of(track, fx, index - 1)) ~= plain_path(path) then return false end
  end
  return file_of(track, fx, #paths) == ""
end

-- Gives a sampler these files and no others. REAPER takes up what was written when it is told that this was all.
local function set_files(track, fx, paths)
  if #paths == 1 and file_of(track, fx, 1) == "" then
    reaper.TrackFX_SetNamedConfigParm(track, fx, "FILE0", paths[1])
  else
    reaper.TrackFX_SetNamedConfigParm(track, fx, "-FILE*", "")
    for index, path in ipairs(paths) do
      reaper.TrackFX_SetNamedConfigParm(track, fx, "+FILE" .. index - 1, path)
    end
  end
  reaper.TrackFX_SetNamedConfigParm(track, fx, "DONE", "")
end

local function empty(track, fx)
  set_files(track, fx, {})
  if file_of(track, fx) ~= "" then refuse("the sampler kept its sound") end
end

-- Lets the files of a sampler take turns, or not; returns whether this REAPER can.
local function take_turns(track, fx, turns)
  reaper.TrackFX_SetParamNormalized(track, fx, ROUND_ROBIN, turns and 1 or 0)
  return not turns or reaper.TrackFX_GetParamNormalized(track, fx, ROUND_ROBIN) > 0.5
end

-- Brings the files into a sampler, unless they are there. A REAPER without turns plays the first.
local function fill(track, fx, paths)
  if #paths > 1 and not take_turns(track, fx, true) then paths = { paths[1] } end
  if not holds(track, fx, paths) then set_files(track, fx, paths) end
  if not holds(track, fx, paths) and #paths > 1 then
    paths = { paths[1] }
    set_files(track, fx, paths)
  end
  take_turns(track, fx, #paths > 1)
  if not holds(track, fx, paths) then refuse("REAPER can't load " .. paths[1]) end
end

-- Empties a pad's samplers from a position on.
local function empty_from(track, pad, position)
  while true do
    local fx = find_sampler(track, label_of(pad, position))
    if not fx then return end
    if file_of(track, fx) ~= "" then empty(track, fx) end
    position = position + 1
  end
end

-- Key k plays the sample k - root - cents/100 semitones away from how it was recorded; a drum as recorded.
local function map_keys(track, fx, zone, mode, filters)
  local function set(param, value) reaper.TrackFX_SetParamNormalized(track, fx, param, value) end
  local keys = mode == "keys"
  local pitch = keys and zone.root + zone.cents / 100
  reaper.TrackFX_SetNamedConfigParm(track, fx, "MODE", MODES[mode])
  set(RANGE_START, note_to_param(zone.lo))
  set(RANGE_END, note_to_param(zone.hi))
  set(PITCH_START, semitones_to_param(keys and zone.lo - pitch or 0))
  set(PITCH_END, semitones_to_param(keys and zone.hi - pitch or 0))
  set(VELOCITY_MIN, note_to_param(zone.vlo))
  set(VELOCITY_MAX, note_to_param(zone.vhi))
  set(OBEY_NOTE_OFFS, keys and 1 or 0)
  set(LOOP, 0)
  set(FILTER_NOTES, filters and 1 or 0)
end

-- Returns the zones, each with the `paths` that take turns in it. In one sampler all are mapped alike, so a turn that
-- is of another pitch is left out.
local function with_turns(zones)
  local first, joined = {}, {}
  for _, zone in ipairs(zones) do
    local place = table.concat({ zone.lo, zone.hi, zone.vlo, zone.vhi, zone.root }, " ")
    local other = first[place]
    if (zone.turn or 1) == 1 then
      zone.paths = { zone.path }
      first[place], joined[#joined + 1] = zone, zone
    elseif other and math.abs(other.cents - zone.cents) <= 1 then
      other.paths[#other.paths + 1] = zone.path
    end
  end
  return joined
end

local function load(delivery)
  if #delivery.zones == 0 then refuse("the delivery has no zones") end
  if not MODES[delivery.mode] then refuse("REAPER has no mode " .. delivery.mode) end
  for _, zone in ipairs(delivery.zones) do
    if not reaper.file_exists(zone.path) then refuse("the sample is missing: " .. zone.path) end
  end
  local track = resolve(delivery.target, true)
  -- A filtered note does not reach the next sampler, which may play the same key at another velocity.
  local zones = with_turns(delivery.zones)
  if #zones == 0 then refuse("no zone of the delivery has a first turn") end
  local filters = delivery.mode == "drum" and #zones == 1
  for position, zone in ipairs(zones) do
    local label = label_of(delivery.pad, position)
    local fx = find_sampler(track, label) or add_sampler(track, label)
    fill(track, fx, zone.paths)
    map_keys(track, fx, zone, delivery.mode, filters)
  end
  empty_from(track, delivery.pad, #zones + 1)
end

local function clear(delivery)
  local track = resolve(delivery.target, false)
  if track then empty_from(track, delivery.pad, 1) end
end

local ACTIONS = { load = load, clear = clear }

local function carry_out(delivery)
  local action = ACTIONS[delivery.action] or refuse("REAPER has no action " .. delivery.action)
  reaper.Undo_BeginBlock2(0)
  reaper.PreventUIRefresh(1)
  local good, problem = pcall(action, delivery)
  reaper.PreventUIRefresh(-1)
  reaper.Undo_EndBlock2(0, "Oneshot: " .. delivery.action .. " " .. delivery.pad, -1)
  if not good then error(problem, 0) end
end

---------------------------------------------------------------------------------------------------- asking

-- Adds the actions beside this script to REAPER's list, and takes those away that are gone.
local function list_actions()
  local listed, here = {}, {}
  for name in reaper.GetExtState(SECTION, "actions"):gmatch("[^|]+") do listed[name] = true end
  local names = names_in(ACTIONS_FOLDER, "^Oneshot Bridge %- .+%.lua$")
  for _, name in ipairs(names) do
    here[name] = true
    if not listed[name] then reaper.AddRemoveReaScript(true, 0, ACTIONS_FOLDER .. "/" .. name, true) end
  end
  for name in pairs(listed) do
    if not here[name] then reaper.AddRemoveReaScript(false, 0, ACTIONS_FOLDER .. "/" .. name, true) end
  end
  reaper.SetExtState(SECTION, "actions", table.concat(names, "|"), true)
end

-- Says what the bridge did not do of what an action asked for.
local function tell_refusals()
  local folder = box .. "/asked/failed"
  for _, name in ipairs(names_in(folder, "^[^.]")) do
    local good, text = pcall(read_text, folder .. "/" .. name)
    local reason = good and ("\n" .. text):match("\nreason\t([^\r\n]*)")
    if reason and os.remove(folder .. "/" .. name) then say(reason) end
  end
end

------------------------------------------------------------------------------------------------------- loop

local library
local registered = false
local next_check, next_look = 0, 0

local function handle(name)
  local good, problem = pcall(function() carry_out(parse(read_text(path_in("claimed", name)))) end)
  if good then
    acknowledge(name)
  else
    acknowledge_failure(name, problem)
    say_once(tostring(problem))
  end
end

-- What a crash left claimed is carried out again; what is loaded already is found so and only acknowledged.
local function check_library(now)
  next_check = now + CHECK_SECONDS
  if not is_library(library) then
    registered = false
    reaper.SetExtState(SECTION, "box", "", false)
    say_once("waiting for the library at " .. library)
    return
  end
  register(library)
  if not registered then
    registered = true
    for _, name in ipairs(list("claimed")) do handle(name) end
  end
  for name in pairs(unacknowledged) do acknowledge(name) end
  tell_refusals()
end

-- Returns whether a delivery is to wait, because it may only swap in silence and its track is heard.
local function must_wait(name)
  local good, delivery = pcall(function() return parse(read_text(path_in("new", name))) end)
  if not good or delivery.swap ~= "when-silent" then return false end
  local found, track = pcall(resolve, delivery.target, false)
  if not (found and track) then return false end
  return math.max(reaper.Track_GetPeakInfo(track, 0), reaper.Track_GetPeakInfo(track, 1)) > SILENCE
end

-- Carries out one delivery at most, so that REAPER stays fluent however many are waiting.
local function look(now)
  next_look = now + POLL_SECONDS
  local names = list("new")
  for position, name in ipairs(names) do
    if not must_wait(name) then
      if claim(name) then handle(name) end
      if names[position + 1] then next_look = 0 end
      return
    end
  end
end

local function tick()
  local now = reaper.time_precise()
  if now >= next_check then check_library(now) end
  if registered and now >= next_look then look(now) end
end

-- Run once more, as after an upgrade, the script takes the place of the one that runs.
local run_id = reaper.genGuid("")

local function run()
  if reaper.GetExtState(SECTION, "run") ~= run_id then return end
  local good, problem = pcall(tick)
  if not good then say_once(tostring(problem)) end
  reaper.defer(run)
end

library = find_library()
if library then
  reaper.SetExtState(SECTION, "run", run_id, false)
  list_actions()
  run()
else
  reaper.ShowConsoleMsg("Oneshot Bridge: no library, so nothing is loaded. Run the script again to choose one.\n")
end
