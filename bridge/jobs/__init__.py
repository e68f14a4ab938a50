"""The engine: takes requests, schedules jobs, walks each through its stages and hands the sounds to the hosts."""
