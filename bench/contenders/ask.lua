-- wrk asks about places at random: the address, with LON and LAT in it, comes as the first word.
local address, seed
function init(words)
  address = words[1]
  math.randomseed(7)
end
function request()
  local lon = string.format("%.6f", 130 + 0.1 * math.random())
  local lat = string.format("%.6f", 47 + 0.1 * math.random())
  return wrk.format("GET", (address:gsub("LON", lon):gsub("LAT", lat)))
end
function done(summary, latency)
  print(string.format('{"seconds": %f, "requests": %d, "refused": %d}',
    summary.duration / 1e6, summary.requests, summary.errors.status))
end
