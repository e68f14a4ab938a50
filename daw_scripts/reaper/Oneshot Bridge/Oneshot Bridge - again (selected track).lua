-- @description Oneshot Bridge - again (selected track)
-- @version 0.1.0
-- @noindex
-- @about Asks for the sound of the selected track's pad once more, with another seed.
local folder = debug.getinfo(1, "S").source:match("^@(.*[/\\])")
dofile(folder .. "ask.lua")("again")
