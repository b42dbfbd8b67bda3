-- wrk script: request every URL path of a file in turn and count the responses by status.
local paths, at, threads = {}, 0, {}
counts = ""
local by_status = {}
function setup(thread) table.insert(threads, thread) end
function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
end
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {["Accept-Encoding"] = "gzip"})
end
function response(status)
  by_status[status] = (by_status[status] or 0) + 1
  local parts = {}
  for code, count in pairs(by_status) do
    parts[#parts + 1] = string.format('"%d": %d', code, count)
  end
  counts = table.concat(parts, ", ")
end
function done(summary)
  local errors = summary.errors
  print(string.format('{"broken": %d, "by_status": {%s}}',
    errors.connect + errors.read + errors.write + errors.timeout, threads[1]:get("counts")))
end
