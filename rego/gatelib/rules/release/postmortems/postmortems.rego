# METADATA
# title: Severe incidents are written up
# description: >-
#   Who waits forgets. A report within days tells those who were hit; a postmortem tells why, so that the next
#   release does not do it again. The report's hours count from the beginning of a Sev-1 or Sev-2 incident, the
#   postmortem's business days from the day after it was resolved, or after it began while it goes on, and end
#   with a day.
# custom:
#   id: GL-REL-024
#   severity: medium
#   controls: [REL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params:
#     - postmortems.report_hours
#     - postmortems.postmortem_business_days
#     - postmortems.weekend
#     - postmortems.holidays
#     - postmortems.time_zone
#     - evidence.max_age_days
#   remediation: >-
#     Publish what is missing, give its `published` and its `url` in the Incident, and add the file, an empty list
#     where there was no incident, with `gatelib evidence add PACK FILE --as governance/incidents.json`.
#   since: 0.1.0
package gatelib.rules.release.postmortems

import data.gatelib.input as gate_input
import data.gatelib.lib.calendar
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.params
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-024"}) if some fault in evidence.faults("incidents")

unjudged contains problem if some problem in evidence.unreadable("incidents")

deny contains {"id": "GL-REL-024", "evidence": file, "path": ["facts", position], "msg": msg} if {
	some file in evidence.files("incidents")
	some position, fact in gate_input.evidence[file].facts
	not is_incident(documents.mapping(fact))
	msg := sprintf("`%s` holds something else than an Incident", [file])
}

deny contains object.union(records.at(incident, ["spec", "severity"]), {"id": "GL-REL-024", "msg": msg}) if {
	some incident in incidents

	# gatelib:equivalent null: `false` is no severity either
	not object.get(incident.spec, "severity", null) in {"sev1", "sev2", "sev3", "sev4"}
	msg := sprintf("incident `%s` has no severity from `sev1` to `sev4`", [incident.name])
}

deny contains object.union(records.at(incident, ["spec", field]), {"id": "GL-REL-024", "msg": msg}) if {
	some incident in severe
	some [field, problem] in time_problems(incident.spec)
	msg := sprintf("incident `%s` %s", [incident.name, problem])
}

deny contains object.union(records.at(incident, ["spec", "report"]), {"id": "GL-REL-024", "msg": msg}) if {
	some incident in dated
	now_ns - timestamps.ns(incident.spec.started) > limits.report_hours * hour_ns
	not is_published(incident.spec, "report")
	msg := sprintf("incident `%s` began on `%s`, and has no published report after %v hours", [
		incident.name,
		incident.spec.started,
		limits.report_hours,
	])
}

deny contains object.union(records.at(incident, ["spec", "postmortem"]), {"id": "GL-REL-024", "msg": msg}) if {
	some incident in dated
	days := limits.postmortem_business_days
	from := counted_from(incident.spec)
	calendar.have_gone_by(days, timestamps.ns(from), now_ns, limits)
	not is_published(incident.spec, "postmortem")
	msg := sprintf("incident `%s` has no published postmortem %v business days after `%s`", [incident.name, days, from])
}

unjudged contains {"document": release.index, "path": [], "msg": msg} if {
	some release in evidence.releases
	not calendar.day(now_ns, limits.time_zone)
	msg := sprintf("there is no time zone `%s`", [limits.time_zone])
}

is_incident(fact) if {
	fact.apiVersion == "gatelib.dev/v1"
	fact.kind == "Incident"
}

time_problems(spec) := {["started", problem] | problem := time_problem(spec, "started")} | ({["resolved", problem] |
	is_resolved(spec)
	problem := time_problem(spec, "resolved")
} | {["resolved", "was resolved before it began"] |
	timestamps.ns(spec.resolved) < timestamps.ns(spec.started)
})

time_problem(spec, field) := sprintf("has no `%s` that is a date-time", [field]) if {
	not timestamps.is_date_time(object.get(spec, field, null)) # gatelib:equivalent null: `false` is no date-time either
} else := sprintf("has a `%s` in the future, `%s`", [field, spec[field]]) if {
	timestamps.ns(spec[field]) > now_ns
}

# What was dated before the incident, or after today, is not about it, or not there yet.
is_published(spec, about) if {
	timestamps.is_date_time(spec[about].published)
	timestamps.ns(spec[about].published) >= timestamps.ns(spec.started)
	timestamps.ns(spec[about].published) <= now_ns
	is_string(spec[about].url)
	regex.match(`^https?://.`, spec[about].url)
}

counted_from(spec) := spec.resolved if {
	is_resolved(spec)
} else := spec.started

is_resolved(spec) if not is_null(object.get(spec, "resolved", null))

severe := [incident | some incident in incidents; severity := incident.spec.severity; severity in {"sev1", "sev2"}]

dated := [incident | some incident in severe; count(time_problems(incident.spec)) == 0]

incidents := records.given("incidents", "Incident")

limits := params.all.postmortems

now_ns := gate_input.now_ns

hour_ns := timestamps.day_ns / 24
