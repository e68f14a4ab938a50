-- A stand-in for the part of REAPER that the script calls. It behaves as REAPER is documented to: it caches folders,
-- loads a sampler's file only at DONE, keeps parameters as 32-bit floats between 0 and 1, and refuses what is no
-- track or effect. `host` is the test's side: the project, the user, the clock, and a power switch.

local json = dofile(debug.getinfo(1, "S").source:match("^@(.*[/\\])") .. "json.lua")

local host = {
  tracks = {}, selected = nil, extstate = {}, answers = {}, prompts = 0, os = "Other",
  console = {}, undo = {}, undo_depth = 0, refresh_depth = 0, can_rename = true, knows_sampler = true,
  crash_before = nil, fail_rename = nil, clock = 100.0, deferred = {}, crashed = false, listings = 0,
  actions = {}, guids = 0, hit = nil, can_take_turns = true, can_add_files = true, fuse = nil,
}
reaper = {}

local rename, listings = os.rename, {}

local function shell_quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function list(folder)
  host.listings = host.listings + 1
  local names, pipe = {}, io.popen("ls -Ap " .. shell_quoted(folder) .. " 2>/dev/null")
  for name in pipe:lines() do
    if name:sub(-1) ~= "/" then names[#names + 1] = name end
  end
  pipe:close()
  return names
end

-- A crash is a rename that never comes back: nothing after it runs, and no pcall notices.
os.rename = function(from, to)
  if host.crash_before and to:find(host.crash_before, 1, true) then
    host.crash_before = nil
    coroutine.yield("crash")
  end
  if host.fail_rename and to:find(host.fail_rename, 1, true) then return nil, to .. ": Permission denied", 13 end
  return rename(from, to)
end

local function float32(value) return (string.unpack("f", string.pack("f", value))) end

local function text(value, name)
  if type(value) ~= "string" and type(value) ~= "number" then error("bad argument: " .. name .. " is no string", 3) end
  return tostring(value)
end

local function number(value, name)
  if type(value) ~= "number" then error("bad argument: " .. name .. " is no number", 3) end
  return value
end

local function media_track(track)
  if type(track) ~= "table" or not track.is_track then error("bad argument: expected MediaTrack", 3) end
  return track
end

-------------------------------------------------------------------------------------------------- project

local function new_track(name) return { is_track = true, name = name, fx = {}, armed = 0 } end

function host.add_track(name)
  host.tracks[#host.tracks + 1] = new_track(name)
  return host.tracks[#host.tracks]
end

function reaper.CountTracks(project) number(project, "proj") return #host.tracks end

function reaper.GetTrack(project, index) number(project, "proj") return host.tracks[index + 1] end

function reaper.GetSelectedTrack(project, index)
  number(project, "proj")
  return index == 0 and host.selected or nil
end

function reaper.Track_GetPeakInfo(track, channel)
  assert(channel == 0 or channel == 1)
  return media_track(track).peak or 0.0
end

function reaper.InsertTrackAtIndex(index, defaults)
  assert(type(defaults) == "boolean")
  table.insert(host.tracks, math.min(index, #host.tracks) + 1, new_track(""))
end

function reaper.GetSetMediaTrackInfo_String(track, key, value, set)
  if media_track(track) and key ~= "P_NAME" then return false, "" end
  if set then track.name = text(value, "stringNeedBig") end
  return true, track.name
end

-------------------------------------------------------------------------------------------------- effects

-- Not what a fresh sampler holds, but what a script that relies on defaults trips over.
local function new_sampler()
  local sampler = { renamed = "", files = {}, staged = {}, mode = 0, loads = 0, params = {} }
  for param = 0, 35 do sampler.params[param] = float32(0.37) end
  return sampler
end

function reaper.TrackFX_GetCount(track) return #media_track(track).fx end

function reaper.TrackFX_AddByName(track, name, input, instantiate)
  assert(media_track(track) and input == false and instantiate == -1)
  if not host.knows_sampler or name ~= "ReaSamplOmatic5000 (Cockos)" then return -1 end
  track.fx[#track.fx + 1] = new_sampler()
  return #track.fx - 1
end

function reaper.TrackFX_Delete(track, fx) return table.remove(media_track(track).fx, fx + 1) ~= nil end

function reaper.TrackFX_GetFXName(track, fx)
  local sampler = media_track(track).fx[fx + 1]
  if not sampler then return false, "" end
  return true, sampler.renamed ~= "" and sampler.renamed or "VSTi: ReaSamplOmatic5000 (Cockos)"
end

local function is_wave(path)
  local file = io.open(path, "rb")
  if not file then return false end
  local head = file:read(4)
  file:close()
  return head == "RIFF"
end

local function finish(sampler)
  for _, change in ipairs(sampler.staged) do
    if change.clear then
      sampler.files = {}
    elseif is_wave(change.file) and change.index <= #sampler.files + 1 then
      if change.add then
        table.insert(sampler.files, change.index, change.file)
      else
        sampler.files[change.index] = change.file
      end
      sampler.loads = sampler.loads + 1
    end
  end
  sampler.staged = {}
  return true
end

function reaper.TrackFX_SetNamedConfigParm(track, fx, key, value)
  local sampler = media_track(track).fx[fx + 1]
  value = text(value, "value")
  if not sampler then return false end
  local added, index = key:match("^(%+?)FILE(%d+)$")
  if index and (added == "" or host.can_add_files) then
    sampler.staged[#sampler.staged + 1] = { file = value, index = tonumber(index) + 1, add = added == "+" }
  elseif key == "-FILE*" then
    sampler.staged[#sampler.staged + 1] = { clear = true }
  elseif key == "DONE" then
    return finish(sampler)
  elseif key == "MODE" then
    local mode = tonumber(value)
    if mode ~= 0 and mode ~= 1 and mode ~= 2 then return false end
    sampler.mode = mode
  elseif key == "renamed_name" then
    if not host.can_rename then return false end
    sampler.renamed = value
  else
    return false
  end
  return true
end

function reaper.TrackFX_GetNamedConfigParm(track, fx, key)
  local sampler = media_track(track).fx[fx + 1]
  if not sampler then return false, "" end
  local index = key:match("^FILE(%d+)$")
  if index then
    local file = sampler.files[tonumber(index) + 1]
    return file ~= nil, file or ""
  end
  if key == "renamed_name" and host.can_rename then return true, sampler.renamed end
  return false, ""
end

function reaper.TrackFX_SetParamNormalized(track, fx, param, value)
  local sampler = media_track(track).fx[fx + 1]
  if not sampler or not sampler.params[number(param, "param")] then return false end
  if param == 20 and not host.can_take_turns then return false end
  sampler.params[param] = float32(math.max(0, math.min(1, number(value, "value"))))
  return true
end

function reaper.TrackFX_GetParamNormalized(track, fx, param)
  local sampler = media_track(track).fx[fx + 1]
  if param == 20 and not host.can_take_turns then return 0.0 end
  return sampler and sampler.params[number(param, "param")] or -1.0
end

-- How many semitones a key shifts the sample; nil where the key or velocity plays nothing. The note range is held
-- in floats: a sampler may round it down to a key, and may count from the float itself.
local function shift(sampler, key, velocity)
  local p = sampler.params
  if not sampler.files[1] then return nil end
  if key < math.floor(p[3] * 127) or key > math.floor(p[4] * 127) then return nil end
  if velocity < math.floor(p[17] * 127) or velocity > math.floor(p[18] * 127) then return nil end
  local first = p[5] * 160 - 80
  if sampler.mode == 2 then return first + key - p[3] * 127 end
  return first
end

----------------------------------------------------------------------------------------------- everything else

function reaper.file_exists(path)
  local file = io.open(text(path, "path"), "rb")
  if not file then return false end
  local readable = file:read(0) ~= nil or file:seek("end") == 0
  file:close()
  return readable
end

function reaper.EnumerateFiles(folder, index)
  if index == -1 or not listings[folder] then listings[folder] = list(folder) end
  return listings[folder][index + 1]
end

function reaper.RecursiveCreateDirectory(folder)
  os.execute("mkdir -p " .. shell_quoted(folder))
  return 1
end

function reaper.GetOS() return host.os end
function reaper.time_precise() return host.clock end
function reaper.ShowConsoleMsg(message) host.console[#host.console + 1] = text(message, "msg") end
function reaper.GetExtState(section, key) return host.extstate[section .. "/" .. key] or "" end

function reaper.SetExtState(section, key, value, persist)
  assert(type(persist) == "boolean" and not text(value, "value"):find("\n"))
  host.extstate[section .. "/" .. key] = value
end

function reaper.GetUserInputs(title, count, captions, values)
  assert(text(title, "title") and count == 1 and text(captions, "captions_csv"))
  host.prompts = host.prompts + 1
  local answer = table.remove(host.answers, 1)
  return answer ~= nil, answer or values
end

function reaper.genGuid(into)
  assert(into == "")
  host.guids = host.guids + 1
  return ("{0F8FAD5B-D9CB-469F-A165-%012d}"):format(host.guids)
end

-- Returns the number of the action, 0 for a file that is not there.
function reaper.AddRemoveReaScript(add, section, path, commit)
  assert(type(add) == "boolean" and section == 0 and type(commit) == "boolean")
  local name = text(path, "scriptfn"):match("[^/]+$")
  if add and not reaper.file_exists(path) then return 0 end
  host.actions[name] = add and (host.actions[name] or 0) + 1 or nil
  return 1
end

-- What runs an action: `host.hit` is mode, resolution and value of a note, knob or message; a key has none.
function reaper.get_action_context()
  local hit = host.hit or { -1, -1, -1 }
  return false, "", 0, 0, hit[1], hit[2], hit[3], ""
end

function reaper.Undo_BeginBlock2(project)
  number(project, "proj")
  host.undo_depth = host.undo_depth + 1
end

function reaper.Undo_EndBlock2(project, title, flags)
  assert(number(project, "proj") and number(flags, "extraflags") and host.undo_depth == 1, "undo blocks don't nest")
  host.undo_depth = host.undo_depth - 1
  host.undo[#host.undo + 1] = text(title, "descchange")
end

function reaper.PreventUIRefresh(by) host.refresh_depth = host.refresh_depth + number(by, "prevent_count") end

function reaper.defer(work)
  assert(type(work) == "function")
  host.deferred[#host.deferred + 1] = work
end

-------------------------------------------------------------------------------------------------- the test's side

-- With `host.fuse` the script is killed at that call of REAPER or the system, counted from now on.
local function fused(call)
  return function(...)
    if host.fuse and coroutine.isyieldable() then
      host.fuse = host.fuse - 1
      if host.fuse <= 0 then
        host.fuse = nil
        coroutine.yield("crash")
      end
    end
    return call(...)
  end
end

for name, call in pairs(reaper) do reaper[name] = fused(call) end
for place, names in pairs({ [os] = { "rename", "remove" }, [io] = { "open" } }) do
  for _, name in ipairs(names) do place[name] = fused(place[name]) end
end

local function switch_on(work)
  local thread = coroutine.create(work)
  local good, word = coroutine.resume(thread)
  if not good then error("the script crashed: " .. debug.traceback(thread, word), 0) end
  if word == "crash" then host.crashed, host.deferred = true, {} end
end

-- Starts REAPER with the project as it is and runs the script.
function host.start(script)
  host.crashed, host.deferred, host.undo_depth, host.refresh_depth, listings = false, {}, 0, 0, {}
  switch_on(function() dofile(script) end)
end

function host.tick(count)
  for _ = 1, count or 1 do
    host.clock = host.clock + 1 / 30
    local work = host.deferred
    host.deferred = {}
    for _, each in ipairs(work) do
      if not host.crashed then switch_on(each) end
    end
  end
end

local function described(sampler)
  local keys = { none = 0 }
  for key = 0, 127 do keys[tostring(key)] = shift(sampler, key, 100) end
  return {
    name = sampler.renamed, file = sampler.files[1] or "", files = sampler.files, turns = sampler.params[20], loads = sampler.loads, mode = sampler.mode, keys = keys,
    soft = shift(sampler, math.floor(sampler.params[3] * 127), 1) ~= nil,
    obeys_note_offs = sampler.params[11], loop = sampler.params[12], filters = sampler.params[21],
  }
end

function host.report()
  local tracks = {}
  for index, track in ipairs(host.tracks) do
    local fx = {}
    for position, sampler in ipairs(track.fx) do fx[position] = described(sampler) end
    tracks[index] = { name = track.name, fx = fx, armed = track.armed }
  end
  print(json({
    tracks = tracks, console = host.console, undo = host.undo, undo_depth = host.undo_depth, prompts = host.prompts,
    refresh_depth = host.refresh_depth, crashed = host.crashed, listings = host.listings,
    library = host.extstate["oneshot_bridge/library"] or "", running = #host.deferred, actions = host.actions,
  }))
end

return host
