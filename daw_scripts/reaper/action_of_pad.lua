-- @description Oneshot Bridge - trigger {name}
-- @version 0.1.0
-- @noindex
-- @about Asks for a new sound of the pad {name}. The velocity of the note that runs it is the energy of the sound.
--   Made for this pad by: oneshot daw install reaper
local folder = debug.getinfo(1, "S").source:match("^@(.*[/\\])")
dofile(folder .. "../oneshot_bridge_ask.lua")("trigger", "{name}")
