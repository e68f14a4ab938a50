-- Oneshot Bridge for Ardour: every new sound is in the sfizz on the pad's track, on its keys and in tune.
--
-- Install: `oneshot daw install ardour`, or copy this file into the folder scripts of Ardour's settings folder
--   (~/.config/ardour8/scripts). Then once: Edit > Lua Scripts > Script Manager > Action Hooks > New Hook.
-- Needs: Ardour 8.6 or newer and the LV2 plugin sfizz. Without one of them, and on Ardour 7, each sound is put
--   onto an audio track of the pad's name at the playhead instead.
-- Limits: see README.md beside.

ardour {
  ["type"] = "EditorHook",
  name = "Oneshot Bridge",
  license = "MIT",
  author = "Oneshot Bridge",
  description = [[Loads every sound that Oneshot Bridge delivers: into the sfizz on the track of its pad, or, where
there is none, onto an audio track at the playhead.]]
}

function signals ()
  local wanted = LuaSignal.Set ()
  wanted:add ({ [LuaSignal.LuaTimerDS] = true }) -- ten times a second
  return wanted
end

-- Ardour keeps the code of this function alone, so all that it needs is inside.
function factory ()
  ------------------------------------------------------------------------------------------------ settings

  local HOST = "ardour"
  local SFIZZ = "http://sfztools.github.io/sfizz"
  local SFIZZ_FILE = "http://sfztools.github.io/sfizz:sfzfile"
  -- Whether a track that a delivery names and the session lacks is made; otherwise such a delivery fails.
  local CREATE_TRACKS = true
  -- In turns of a tenth of a second: how often it is made sure that the library is there, how often the folder is
  -- listed, and how long sfizz may take to say that it has the file.
  local CHECK_TURNS, LIST_TURNS, PATIENCE_TURNS = 20, 300, 100
  -- How many numbers after the last delivery are looked for between two listings.
  local AHEAD = 32
  local STATES = { "new", "claimed", "done", "failed" }
  local WINDOWS = os.getenv ("OS") == "Windows_NT"

  local said = {}

  local function say_once (text)
    if not said[text] then
      said[text] = true
      print ("Oneshot Bridge: " .. text)
    end
  end

  -- A failure that is no bug: its text goes to the user without a line number.
  local function refuse (text)
    error (text, 0)
  end

  local function exists (path)
    return ARDOUR.LuaAPI.file_test (path, ARDOUR.LuaAPI.FileTest.Exists)
  end

  local function read_text (path)
    local file = io.open (path, "rb")
    if not file then return nil end
    local text = file:read ("a")
    file:close ()
    return text
  end

  local function read_settings ()
    local text = read_text (ARDOUR.user_config_directory (-1) .. "/scripts/oneshot_bridge.settings") or ""
    local settings = {}
    for key, value in text:gmatch ("([%w_]+)\t([^\r\n]*)") do settings[key] = value end
    return settings
  end

  -- Linux keeps the name of the music folder in a file, for it is translated.
  local function xdg_music (home)
    local text = read_text ((os.getenv ("XDG_CONFIG_HOME") or home .. "/.config") .. "/user-dirs.dirs") or ""
    local folder = ("\n" .. text):match ('\n%s*XDG_MUSIC_DIR="([^"\n]+)"')
    return folder and (folder:gsub ("^%$HOME", function () return home end))
  end

  local function find_library ()
    local home = os.getenv ("HOME") or os.getenv ("USERPROFILE") or ""
    return read_settings ().library or (xdg_music (home) or home .. "/Music") .. "/Oneshot Bridge"
  end

  ---------------------------------------------------------------------------------------------- deliveries

  local library = find_library ()
  local box = library .. "/deliveries/" .. HOST

  local function folder_of (state)
    return box .. "/" .. state
  end

  local function path_in (state, name)
    return folder_of (state) .. "/" .. name
  end

  local function quoted (path)
    if WINDOWS then return '"' .. path:gsub ("/", "\\") .. '"' end
    return "'" .. path:gsub ("'", "'\\''") .. "'"
  end

  local function register ()
    for _, state in ipairs (STATES) do
      local folder = folder_of (state)
      if not exists (folder) then os.execute ((WINDOWS and "mkdir " or "mkdir -p ") .. quoted (folder)) end
    end
  end

  -- Returns the deliveries in one state, oldest first. Lua has no folders: a command lists them, so this is seldom.
  local function waiting_in (state)
    local names = {}
    local pipe = io.popen ((WINDOWS and "dir /b " or "ls ") .. quoted (folder_of (state)))
    if not pipe then return names end
    for name in pipe:lines () do
      if name:match ("^%d+$") then names[#names + 1] = name end
    end
    pipe:close ()
    table.sort (names) -- twelve digits each, so this is the order of the numbers
    return names
  end

  -- Renames in place of whatever is there: os.rename does not replace on Windows.
  local function put_in_place (from, to)
    os.remove (to)
    return os.rename (from, to)
  end

  -- What is carried out but could not be acknowledged: Windows refuses to rename what another program just reads.
  local unacknowledged = {}

  local function acknowledge (name)
    local moved = put_in_place (path_in ("claimed", name), path_in ("done", name))
    unacknowledged[name] = not moved and exists (path_in ("claimed", name)) or nil
  end

  local function acknowledge_failure (name, reason)
    reason = tostring (reason):gsub ("%c+", " ")
    say_once (reason)
    local text = read_text (path_in ("claimed", name)) or ""
    if text ~= "" and text:sub (-1) ~= "\n" then text = text .. "\n" end
    local hidden = path_in ("failed", "." .. name .. ".tmp")
    local file = io.open (hidden, "wb")
    if not file then
      say_once ("can't write to " .. box .. "/failed")
      return
    end
    file:write (text, "reason\t", reason, "\n")
    file:close ()
    put_in_place (hidden, path_in ("failed", name))
    os.remove (path_in ("claimed", name))
  end

  local function parse (text)
    local delivery = { zones = {} }
    for line in (text or ""):gmatch ("[^\r\n]+") do
      local key, value = line:match ("^([%w_]+)\t(.*)$")
      if key == "zone" then
        delivery.zones[#delivery.zones + 1] = { path = value:match ("^[^|]*") }
      elseif key then
        delivery[key] = value
      end
    end
    if delivery.v ~= "1" then refuse ("this script is too old or the delivery is damaged: update the script") end
    if not (delivery.action and delivery.target and delivery.pad) then refuse ("the delivery is damaged") end
    return delivery
  end

  ---------------------------------------------------------------------------------------------- host calls

  local function find_track (name)
    local similar
    for route in Session:get_tracks ():iter () do
      if route:name () == name then return route end
      if not similar and route:name ():lower () == name:lower () then similar = route end
    end
    return similar
  end

  local function create_midi_track (name)
    local midi, audio = ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1), ARDOUR.ChanCount (ARDOUR.DataType ("audio"), 2)
    local made = Session:new_midi_track (midi, audio, true, ARDOUR.PluginInfo (), nil, nil, 1, name,
      ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
    for track in made:iter () do return track end
    refuse ("Ardour can't make a MIDI track")
  end

  local function create_audio_track (name)
    local made = Session:new_audio_track (1, 2, nil, 1, name, ARDOUR.PresentationInfo.max_order,
      ARDOUR.TrackMode.Normal, true)
    for track in made:iter () do return track end
    refuse ("Ardour can't make an audio track")
  end

  -- Returns the track that a target means; nil where there is none and none is to be made.
  local function resolve (target, create)
    local name = target:match ("^track:(.+)$")
    if name then
      local track = find_track (name)
      if track or not create then return track end
      if not CREATE_TRACKS then refuse ("there is no track named " .. name) end
      return create (name)
    end
    if target == "selected" then
      for route in Editor:get_selection ().tracks:routelist ():iter () do
        if not route:to_track ():isnil () then return route end
      end
      if create then refuse ("no track is selected") end
      return nil
    end
    refuse ("Ardour has no target " .. target .. ": use track:NAME or selected")
  end

  local function has_properties ()
    return ARDOUR.LuaAPI.set_plugin_insert_property ~= nil
  end

  local function file_of (sampler)
    return ARDOUR.LuaAPI.get_plugin_insert_property (sampler, SFIZZ_FILE) or ""
  end

  -- The sfizz of a track that plays nothing yet or one of the library's instruments; another one is the user's own.
  local function find_sampler (track)
    local place = 0
    while true do
      local processor = track:nth_plugin (place)
      if processor:isnil () then return nil end
      local insert = processor:to_insert ()
      if not insert:isnil () and insert:plugin (0):unique_id () == SFIZZ then
        local file = file_of (insert)
        if file == "" or file:sub (1, #library) == library then return insert, processor end
      end
      place = place + 1
    end
  end

  local function new_sampler ()
    if not has_properties () then return nil end
    local processor = ARDOUR.LuaAPI.new_plugin (Session, SFIZZ, ARDOUR.PluginType.LV2, "")
    return not processor:isnil () and processor or nil
  end

  -- What sfizz was told and has not confirmed yet: { name, insert, file, turns left }.
  local unconfirmed

  -- The daemon wrote the pad's instrument before the delivery: the zones with their keys, pitch, layers and turns. sfizz
  -- is told even if it has this file already, for its content is another one now.
  local function load_into_sfizz (name, delivery, fresh)
    local file = library .. "/instruments/" .. delivery.pad .. ".sfz"
    if not exists (file) then refuse ("the instrument is missing: " .. file) end
    local track = resolve (delivery.target, create_midi_track)
    if track:to_track ():to_midi_track ():isnil () then refuse ("the track " .. track:name () .. " takes no MIDI") end
    local insert = find_sampler (track)
    if not insert then
      if track:add_processor_by_index (fresh, 0, nil, true) ~= 0 then refuse ("Ardour can't add sfizz") end
      insert = fresh:to_insert ()
    end
    if not ARDOUR.LuaAPI.set_plugin_insert_property (insert, SFIZZ_FILE, file) then
      refuse ("this sfizz takes no file from a script: update sfizz")
    end
    unconfirmed = { name = name, insert = insert, file = file, turns = PATIENCE_TURNS }
  end

  local function plays (track, base)
    for region in track:to_track ():playlist ():region_list ():iter () do
      if region:name ():sub (1, #base) == base then return true end
    end
    return false
  end

  -- The session's own copy of the sound, on the pad's track at the playhead.
  local function import (delivery)
    if not Editor then refuse ("Ardour has no editor to import with") end
    local path = delivery.zones[1].path
    local base = path:match ("([^/\\]+)%.[^.]+$")
    local track = resolve (delivery.target, create_audio_track)
    if track:to_track ():to_audio_track ():isnil () then refuse ("the track " .. track:name () .. " takes no audio") end
    if plays (track, base) then return end
    local files = C.StringVector ()
    files:push_back (path)
    Editor:do_import (files, Editing.ImportDistinctFiles, Editing.ImportToTrack, ARDOUR.SrcQuality.SrcBest,
      ARDOUR.MidiTrackNameSource.SMFTrackName, ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore,
      Temporal.timepos_t (Session:transport_sample ()), ARDOUR.PluginInfo (), track:to_track (), false)
    if not plays (track, base) then refuse ("Ardour can't import " .. path) end
  end

  local function load (name, delivery)
    if #delivery.zones == 0 then refuse ("the delivery has no zones") end
    for _, zone in ipairs (delivery.zones) do
      if not exists (zone.path) then refuse ("the sample is missing: " .. zone.path) end
    end
    local fresh = new_sampler ()
    if fresh then
      load_into_sfizz (name, delivery, fresh)
    else
      import (delivery)
    end
  end

  -- What lies on an audio track is the user's song, and stays.
  local function clear (_, delivery)
    local track = resolve (delivery.target)
    if not track or not has_properties () then return end
    local _, processor = find_sampler (track)
    if processor and track:remove_processor (processor, nil, true) ~= 0 then refuse ("Ardour kept the sampler") end
  end

  local ACTIONS = { load = load, clear = clear }

  -- Carries a claimed delivery out, and acknowledges it unless sfizz has to confirm first.
  local function handle (name)
    local good, problem = pcall (function ()
      local delivery = parse (read_text (path_in ("claimed", name)))
      local action = ACTIONS[delivery.action] or refuse ("Ardour has no action " .. delivery.action)
      action (name, delivery)
    end)
    if not good then
      acknowledge_failure (name, problem)
    elseif not unconfirmed then
      acknowledge (name)
    end
  end

  local function confirm ()
    local waiting = unconfirmed
    waiting.turns = waiting.turns - 1
    if file_of (waiting.insert) == waiting.file then
      unconfirmed = nil
      acknowledge (waiting.name)
    elseif waiting.turns == 0 then
      unconfirmed = nil
      acknowledge_failure (waiting.name, "sfizz did not take " .. waiting.file)
    end
  end

  ---------------------------------------------------------------------------------------------------- loop

  local queue = {}      -- names of deliveries, in `claimed` after a crash, else in `new`
  local next_number = 0 -- the first that was never seen
  local registered = false
  local turn, next_check, next_list = 0, 0, 0

  local function look_ahead ()
    for number = next_number, next_number + AHEAD - 1 do
      local name = ("%012d"):format (number)
      if exists (path_in ("new", name)) then
        queue[#queue + 1] = name
        next_number = number + 1
      end
    end
  end

  local function list ()
    next_list = turn + LIST_TURNS
    local queued = {}
    for _, name in ipairs (queue) do queued[name] = true end
    for _, name in ipairs (waiting_in ("new")) do
      if not queued[name] then queue[#queue + 1] = name end
      next_number = math.max (next_number, tonumber (name) + 1)
    end
  end

  -- What a crash left claimed is carried out again; what is loaded already is found so and only acknowledged.
  local function check_library ()
    next_check = turn + CHECK_TURNS
    if not exists (library .. "/.oneshot-bridge/library.json") then
      registered = false
      say_once ("waiting for the library at " .. library)
      return
    end
    if not registered or not exists (folder_of ("new")) then
      register ()
      queue = waiting_in ("claimed")
      next_list = turn
    end
    registered = true
    for name in pairs (unacknowledged) do acknowledge (name) end
  end

  -- Carries out one delivery at most, so that Ardour stays fluent however many are waiting.
  local function tick ()
    turn = turn + 1
    if unconfirmed then return confirm () end
    if turn >= next_check then check_library () end
    if not registered then return end
    if turn >= next_list then list () else look_ahead () end
    local name = table.remove (queue, 1)
    if not name then return end
    if exists (path_in ("claimed", name)) or put_in_place (path_in ("new", name), path_in ("claimed", name)) then
      handle (name)
    end
  end

  local busy = false

  return function ()
    -- An import lets Ardour's own loop run, and with it this timer.
    if busy or not Session then return end
    busy = true
    local good, problem = pcall (tick)
    busy = false
    if not good then say_once (tostring (problem)) end
  end
end
