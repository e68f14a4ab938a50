-- @description Oneshot Bridge - keep (selected track)
-- @version 0.1.0
-- @noindex
-- @about Keeps the sound of the selected track's pad.
local folder = debug.getinfo(1, "S").source:match("^@(.*[/\\])")
dofile(folder .. "ask.lua")("keep")
