# A stand-in for the part of Sonic Pi that the script calls, by Sonic Pi's documentation: functions by `define`, loops
# by `live_loop` and real OSC both ways. It refuses what Sonic Pi refuses: a file that is not there or no sound, a
# function or a loop without its block, an option that `sample` does not have.
#
# Arguments: the script, the port of the bridge, the own port. Then every line typed is Ruby to evaluate; what is
# played is printed as "PLAYED path rate amp".

require "socket"

SCRIPT, BRIDGE, OWN = ARGV[0], ARGV[1].to_i, ARGV[2].to_i
OPTIONS = %i[rate amp pan attack sustain release start finish rpitch cutoff].freeze
CUES = Queue.new
LOADED = {}
$stdout.sync = true

def padded(text) = text.b + "\0" * (4 - text.bytesize % 4)

def encoded(address, values)
  tags = values.map { |value| value.is_a?(Integer) ? "i" : value.is_a?(Float) ? "f" : "s" }.join
  body = values.map do |value|
    case value
    when Integer then [value].pack("N")
    when Float then [value].pack("g")
    when String then padded(value)
    else raise "OSC carries no #{value.class}"
    end
  end
  padded(address) + padded(",#{tags}") + body.join
end

def decoded(packet)
  texts = lambda do |at|
    stop = packet.index("\0", at)
    [packet[at...stop].b, stop + 4 - stop % 4] # bytes, as Sonic Pi gives them
  end
  address, at = texts.call(0)
  tags, at = texts.call(at)
  values = tags[1..].chars.map do |tag|
    if tag == "s"
      value, at = texts.call(at)
    else
      value = packet[at, 4].unpack1(tag == "i" ? "l>" : "g")
      at += 4
    end
    value
  end
  [address, values]
end

SOCKET = UDPSocket.new
SOCKET.bind("127.0.0.1", OWN)
Thread.new do
  loop do
    address, values = decoded(SOCKET.recv(65_536))
    CUES << values.freeze if address == "/oneshot/delivery"
  end
end

def define(name, &block)
  raise "define must be called with a code block" unless block
  self.class.send(:define_method, name, &block)
end

def in_thread(&block)
  Thread.new(&block)
end

def live_loop(_name, &block)
  raise "live_loop must be called with a code block" unless block
  Thread.new { loop(&block) }
end

def use_real_time; end

def sync(path)
  raise "no cue comes as #{path}" unless path == "/osc*/oneshot/delivery"
  CUES.pop
end

def osc_send(host, port, address, *values)
  SOCKET.send(encoded(address, values), 0, host, port)
end

def load_sample(path)
  raise "No sample exists with path #{path}" unless File.exist?(path)
  head = File.binread(path, 64)
  sleep unless head.start_with?("RIFF") # for ever
  LOADED[path] = File.size(path)
end

def sample_duration(path)
  LOADED.fetch(path).to_f
end

def sample_free(path)
  LOADED.delete(path)
  puts "FREED #{path}"
end

def sample(path, options)
  "a log message in UTF-8, as Sonic Pi writes one: é" + path
  unknown = options.keys - OPTIONS
  raise "sample has no option #{unknown}" unless unknown.empty?
  raise "not loaded: #{path}" unless LOADED[path]
  puts "PLAYED #{File.basename(path)} #{options[:rate]} #{options[:amp]}"
end

def note(key) = key == :e2 ? 40 : Float(key)

text = File.read(SCRIPT, encoding: "UTF-8")
text = text.sub("$oneshot_own_port = 4560", "$oneshot_own_port = #{OWN}")
eval(text, TOPLEVEL_BINDING, SCRIPT)
while (line = $stdin.gets)
  eval(line, TOPLEVEL_BINDING)
end
