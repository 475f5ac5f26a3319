-- The question that haproxy.cfg has asked of invited: may this request pass?

local identity = { "x-invited-organization", "x-invited-project",
	"x-invited-key", "x-invited-owner", "x-invited-role",
	"x-invited-user-email", "x-invited-models" }
local passed_on = { "content-type", "retry-after", "www-authenticate",
	"x-request-id", "x-should-retry" }
local JSON = "application/json"
local refusals = { [401] = true, [403] = true, [429] = true, [503] = true }

local function first(answer, name)
	local values = (answer.headers or {})[name]
	return values and values[0]
end

local function refuse(txn, answer)
	local reply = txn:reply({ status = answer.status, body = answer.body })
	for _, name in ipairs(passed_on) do
		if first(answer, name) then
			reply:add_header(name, first(answer, name))
		end
	end
	txn:done(reply)
end

core.register_action("invited", { "http-req" }, function(txn, url)
	local answer = core.httpclient():get({ url = url, timeout = 1000, headers = {
		["authorization"] = txn.http:req_get_headers()["authorization"],
		["x-forwarded-method"] = { txn.sf:method() },
		["x-forwarded-uri"] = { txn.sf:pathq() },
	} })
	if answer.status == 200 then
		for _, name in ipairs(identity) do
			txn.http:req_set_header(name, first(answer, name) or "")
		end
		txn:set_var("txn.invited", "in")
	elseif refusals[answer.status] and first(answer, "content-type") == JSON then
		refuse(txn, answer) -- HAProxy's own 503 is HTML
	end
end, 1)
