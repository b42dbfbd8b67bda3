-- wrk script: request every URL path of a file in turn, again and again.
local paths, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
end
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {["Accept-Encoding"] = "gzip"})
end
function done(summary, latency)
  print(string.format('{"seconds": %f, "requests": %d, "failed": %d}',
    summary.duration / 1e6, summary.requests, summary.errors.status + summary.errors.timeout))
end
