-- What bench/load.py has wrk ask. The first argument is a file with a line for each address and, behind a
-- tab, an entity tag; the second a file with the body of a form, in which NUMBER becomes another number each
-- time. Each request comes from a network of its own.
local lines, body, count = {}, nil, 0
local fixed = {}

local function network(number)
  return string.format("10.%d.%d.1", math.floor(number / 250) % 250, number % 250)
end

function init(args)
  for line in io.lines(args[1]) do
    local address, tag = line:match("^([^\t]*)\t?(.*)$")
    table.insert(lines, { address = address, tag = tag })
  end
  if args[2] then
    local file = io.open(args[2])
    body = file:read("*a")
    file:close()
  else
    for index, line in ipairs(lines) do
      if line.tag ~= "" then wrk.headers["If-None-Match"] = line.tag end
      wrk.headers["X-Forwarded-For"] = network(index)
      fixed[index] = wrk.format("GET", line.address)
      wrk.headers["If-None-Match"] = nil
    end
  end
end

function request()
  count = count + 1
  if not body then return fixed[(count - 1) % #fixed + 1] end
  wrk.headers["X-Forwarded-For"] = network(count)
  return wrk.format("POST", lines[1].address, nil, (body:gsub("NUMBER", tostring(count))))
end

function done(summary, latency, requests)
  io.write(string.format(
    "RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
