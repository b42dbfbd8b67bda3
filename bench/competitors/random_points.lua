-- wrk script: request random points. The first argument is a URL path with LON and LAT in it.
local path
function init(args)
  path = args[1]
  math.randomseed(7)
end
function request()
  local lon = string.format("%.6f", 130 + 0.1 * math.random())
  local lat = string.format("%.6f", 47 + 0.1 * math.random())
  return wrk.format("GET", (path:gsub("LON", lon):gsub("LAT", lat)))
end
function done(summary, latency)
  print(string.format('{"seconds": %f, "requests": %d, "failed": %d}',
    summary.duration / 1e6, summary.requests, summary.errors.status))
end
