-- wrk's side of load.mjs: builds the requests from the arguments, prints the result as JSON, with
-- only good answers as requests.
-- Arguments: method, requests per write, file with the body, then names and values of headers.

local batch

function init(args)
  wrk.method = args[1]
  local body = io.open(args[3], "rb"):read("*a")
  if #body > 0 then wrk.body = body end
  for i = 4, #args, 2 do wrk.headers[args[i]] = args[i + 1] end
  batch = string.rep(wrk.format(), tonumber(args[2]))
end

function request()
  return batch
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"p50Micros":%.1f,"p99Micros":%.1f,"errors":%d}\n',
    summary.requests - e.status, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
