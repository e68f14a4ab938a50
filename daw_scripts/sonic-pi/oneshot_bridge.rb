# Oneshot Bridge for Sonic Pi: every new sound of a pad plays by the pad's name, on its keys and in tune.
#
# Install: `oneshot daw install sonic-pi`, or paste this file into a buffer and run it once.
# Needs: Sonic Pi 3.2 or newer, with "Enable incoming OSC" as it is.
# Limits: see README.md beside.
#
#   oneshot :kick                          as recorded
#   oneshot :bass, :e2, 100, sustain: 0.5  a note, a velocity, and options of `sample`
#   oneshot_ask :kick, 100                 asks for a new one; :keep, :discard, :again, :cancel instead of 100

define :oneshot_settings do
  path = File.expand_path("~/.sonic-pi/config/oneshot_bridge.settings")
  lines = File.exist?(path) ? File.read(path, encoding: "UTF-8").lines : []
  lines.map { |line| line.chomp.split("\t", 2) }.select { |pair| pair.size == 2 }.to_h
end

$oneshot_bridge_port = oneshot_settings.fetch("osc_port", "9127").to_i
# Where Sonic Pi hears OSC, and how often that is said: a subscription lasts a minute, and repeats what was not
# acknowledged.
$oneshot_own_port = 4560
$oneshot_renew_seconds = 10
# A sound that was replaced goes when the notes that play it are over.
$oneshot_free_seconds = 60
# The sounds outlive a run: what is loaded is not loaded again.
$oneshot_pads ||= {}

define :oneshot_send do |address, *values|
  osc_send "127.0.0.1", $oneshot_bridge_port, address, *values
end

define :oneshot_parse_zone do |text|
  fields = text.split("|", -1)
  raise "a zone of the delivery is damaged: #{text}" if fields.size < 7
  numbers = fields.drop(1).map { |field| field.empty? ? nil : field.to_f }
  { path: fields[0], root: numbers[0], cents: numbers[1], keys: numbers[2]..numbers[3],
    velocities: numbers[4]..numbers[5], turn: numbers[8] || 1, turns: numbers[9] || 1 }
end

define :oneshot_parse do |pairs|
  order = { "v" => "", "pad" => "unassigned", "mode" => "drum", "texts" => [] }
  # Sonic Pi gives the text of a message as bytes.
  pairs.map { |text| text.to_s.dup.force_encoding("UTF-8") }.each_slice(2) do |key, value|
    if key == "zone"
      order["texts"] << value
    elsif !value.empty?
      order[key] = value
    end
  end
  order
end

define :oneshot_load do |order|
  zones = order["texts"].map { |text| oneshot_parse_zone(text) }
  raise "the delivery has no zones" if zones.empty?
  zones.each do |zone|
    raise "the sample is missing: #{zone[:path]}" unless File.exist?(zone[:path])
    # For a file that is no sound Sonic Pi would wait for ever.
    known = File.binread(zone[:path], 4) == "RIFF"
    load_sample zone[:path] if known
    raise "Sonic Pi can't load #{zone[:path]}" unless known && sample_duration(zone[:path]) > 0
  end
  { mode: order["mode"], texts: order["texts"], zones: zones, played: Hash.new(0) }
end

define :oneshot_forget do |old, kept|
  gone = old ? old[:zones].map { |zone| zone[:path] } - kept : []
  unless gone.empty?
    in_thread do
      sleep $oneshot_free_seconds
      gone.each { |path| sample_free path }
    end
  end
end

define :oneshot_carry_out do |order|
  pad = order["pad"].to_sym
  old = $oneshot_pads[pad]
  raise "this file is too old or the delivery is damaged: update it" unless order["v"] == "1"
  if order["action"] == "clear"
    $oneshot_pads = $oneshot_pads.reject { |name, _| name == pad }
    oneshot_forget old, []
  elsif order["action"] != "load"
    raise "Sonic Pi has no action #{order["action"]}"
  elsif !(old && old[:texts] == order["texts"] && old[:mode] == order["mode"])
    new = oneshot_load(order)
    $oneshot_pads = $oneshot_pads.merge(pad => new)
    oneshot_forget old, new[:zones].map { |zone| zone[:path] }
  end
end

define :oneshot_delivered do |message|
  host, seq, *pairs = message.to_a
  if host.to_s == "sonic-pi"
    begin
      oneshot_carry_out oneshot_parse(pairs)
      oneshot_send "/oneshot/loaded", "sonic-pi", seq
    rescue StandardError => problem
      puts "Oneshot Bridge: #{problem.message}"
      oneshot_send "/oneshot/load_failed", "sonic-pi", seq, problem.message
    end
  end
end

# Plays a pad. Without a note it is the one on which the pad's first zone sounds as recorded.
define :oneshot do |name, key = nil, velocity = 100, **options|
  pad = $oneshot_pads[name.to_s.to_sym]
  if pad
    key = key ? note(key) : pad[:zones][0][:root]
    fitting = pad[:zones].select { |zone| zone[:keys].cover?(key) && zone[:velocities].cover?(velocity) }
    unless fitting.empty?
      played = pad[:played][fitting[0]]
      pad[:played][fitting[0]] += 1
      fitting.select { |zone| zone[:turn] == played % zone[:turns] + 1 }.each do |zone|
        shift = pad[:mode] == "keys" ? key - zone[:root] - zone[:cents] / 100.0 : 0
        sample zone[:path], { rate: 2**(shift / 12.0), amp: (velocity / 127.0)**2 }.merge(options)
      end
    end
  end
end

define :oneshot_ask do |name, what = 127|
  if what.is_a?(Numeric)
    oneshot_send "/oneshot/pad/#{name}", what
  else
    oneshot_send "/oneshot/#{what}", name.to_s
  end
end

live_loop :oneshot_subscribe do
  use_real_time
  oneshot_send "/oneshot/subscribe", $oneshot_own_port, "sonic-pi"
  sleep $oneshot_renew_seconds
end

live_loop :oneshot_deliveries do
  use_real_time
  oneshot_delivered sync("/osc*/oneshot/delivery")
end
