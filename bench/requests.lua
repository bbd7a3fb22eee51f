-- wrk: goes round the request lines of the file named by REQUESTS, from line SKIP on, and prints its figures as JSON.
-- A line is METHOD, path, headers as "Name: value" (more of them parted by "; ") and body, parted by tabs.
local requests, at = {}, tonumber(os.getenv("SKIP"))

function init()
  for line in io.lines(os.getenv("REQUESTS")) do
    local method, path, named, body = line:match("^(%S+)\t(%S+)\t([^\t]*)\t(.*)$")
    local headers = { ["Host"] = "127.0.0.1" }
    for name, value in named:gmatch("([^:; ]+): ([^;]+)") do headers[name] = value end
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format('{"rate": %.3f, "requests": %d, "bytes": %d, "failed": %d}\n',
    summary.requests / (summary.duration / 1e6), summary.requests, summary.bytes,
    errors.status + errors.timeout + errors.read + errors.write + errors.connect))
end
