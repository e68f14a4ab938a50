-- What the actions of Oneshot Bridge share, and none itself: it asks the bridge by a file. Where that goes, it learns
-- from oneshot_bridge.lua, which runs in the background.

local SECTION = "oneshot_bridge"
local PREFIX = "Oneshot: "

reaper.defer(function() end) -- tells REAPER that there is nothing to undo

local function say(text)
  reaper.ShowConsoleMsg("Oneshot Bridge: " .. text .. "\n")
end

-- Returns the pads whose samplers are on a track, in their order.
local function pads_on(track)
  local pads, seen = {}, {}
  for fx = 0, reaper.TrackFX_GetCount(track) - 1 do
    local _, name = reaper.TrackFX_GetFXName(track, fx, "")
    local pad = name:sub(1, #PREFIX) == PREFIX and name:sub(#PREFIX + 1):match("^([%l%d-]+)")
    if pad and not seen[pad] then
      seen[pad] = true
      pads[#pads + 1] = pad
    end
  end
  return pads
end

-- Returns the pad of the selected track: of its samplers, else the one with its name; nil where there is none.
local function selected_pad()
  local track = reaper.GetSelectedTrack(0, 0)
  if not track then
    say("select the track of a pad first.")
    return nil
  end
  local pads = pads_on(track)
  if #pads > 1 then
    local agreed, answer = reaper.GetUserInputs("Oneshot Bridge", 1, "Pad (" .. table.concat(pads, " ") .. "):", pads[1])
    return agreed and answer:match("^%s*(.-)%s*$") or nil
  end
  local _, name = reaper.GetSetMediaTrackInfo_String(track, "P_NAME", "", false)
  local pad = pads[1] or name:lower():match("^[%l%d-]+$")
  if not pad then say("the selected track has no sampler of a pad yet, and no pad's name.") end
  return pad
end

-- Returns how hard the MIDI note, knob or OSC message hit that runs this action, from 0 to 127; nil for a key or a
-- click.
local function energy()
  local _, _, _, _, mode, resolution, value = reaper.get_action_context()
  if mode ~= 0 or resolution <= 0 or value < 0 then return nil end
  return math.floor(value * 127 / resolution + 0.5)
end

local function write(box, lines)
  local name = reaper.genGuid(""):gsub("[^%w-]", "")
  local hidden = box .. "/asked/." .. name .. ".tmp"
  local file, problem = io.open(hidden, "wb")
  if not file then
    say("can't ask: " .. tostring(problem))
    return
  end
  file:write(table.concat(lines, "\n"), "\n")
  file:close()
  os.rename(hidden, box .. "/asked/" .. name)
end

-- Asks the bridge to do something with a pad; without one with that of the selected track.
return function(action, pad)
  local box = reaper.GetExtState(SECTION, "box")
  if box == "" then
    say("its script does not run, or the library is away. Run oneshot_bridge.lua once.")
    return
  end
  local hit = energy()
  if hit == 0 then return end -- a button that is let go
  pad = pad or selected_pad()
  if not pad or pad == "" then return end
  local lines = { "v\t1", "action\t" .. action, "pad\t" .. pad }
  if hit and action == "trigger" then lines[#lines + 1] = "energy\t" .. hit end
  write(box, lines)
end
