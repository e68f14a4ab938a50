-- @description Oneshot Bridge - discard (selected track)
-- @version 0.1.0
-- @noindex
-- @about Discards the sound of the selected track's pad; the pad goes back to the one before.
local folder = debug.getinfo(1, "S").source:match("^@(.*[/\\])")
dofile(folder .. "ask.lua")("discard")
