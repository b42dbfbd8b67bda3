-- wrk asks for every address of a file in turn, again and again.
local addresses, at = {}, 0
function init(words)
  for line in io.lines(words[1]) do addresses[#addresses + 1] = line end
end
function request()
  at = at % #addresses + 1
  return wrk.format("GET", addresses[at], {["Accept-Encoding"] = "gzip"})
end
function done(summary, latency)
  print(string.format('{"seconds": %f, "requests": %d, "refused": %d}',
    summary.duration / 1e6, summary.requests, summary.errors.status + summary.errors.timeout))
end
