package gatelib.rules.release.cost_guard_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.cost_guard as rule

file := "finops/cost-diff.json"

storage_file := "finops/storage-projection.json"

test_allow_at_the_edge if {
	given := envelope([cost({}), cost({"past_monthly": 5000, "diff_monthly": 500})], [growth(20)])
	rule.deny == set() with input as given
	rule.warn == set() with input as given
	rule.unjudged == set() with input as given
	rule.subjects == {0} with input as given
}

test_allow_a_new_service_any_share if {
	every past in [null, 0] {
		rule.deny == set() with input as envelope([cost({"past_monthly": past, "diff_monthly": 1000})], [growth(0)])
	}
}

test_deny_a_pack_without_either_file if {
	denied(packs.envelope({})) == {packs.missing("GL-REL-009", "finops/pr-*-cost-diff.json"), packs.missing("GL-REL-009", storage_file)}
	denied(envelope([], [growth(1)])) == {packs.in_file("GL-REL-009", file, [], "`finops/cost-diff.json` holds no cost")}
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(envelope([cost({})], [growth(1)]), file), storage_file)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(storage_file) with input as given
}

test_deny_the_sum_of_all_diffs if {
	given := envelope([cost({}), cost({"past_monthly": 8000, "diff_monthly": 501})], [growth(1)])
	rule.deny == {packs.at_release("GL-REL-009", "release `api-1` costs 1001 USD a month more, and may cost 1000")} with input as given
	rule.deny == set() with input as given with data.gatelib.params as {"cost": {"max_increase": 1001}}
}

test_deny_a_share_over_the_limit if {
	given := envelope([cost({"past_monthly": 100, "diff_monthly": 11})], [growth(1)])
	rule.deny == {found("diff_monthly", "the cost rises from 100 by 11, and may by 10 percent")} with input as given
	rule.deny == set() with input as given with data.gatelib.params as {"cost": {"max_increase_percent": 11}}
	rule.deny == set() with input as given with data.gatelib.params as {"cost": {"budgets": {"api": {"max_increase": 11}}}}
	rule.deny == {found("diff_monthly", "the cost rises from 100 by 11, and may by 10 percent")} with input as given
		with data.gatelib.params as {"cost": {"budgets": {"api": {"max_monthly": 20000}, "web": {"max_increase": 11}}}}
}

test_deny_over_the_budget_of_the_service if {
	given := envelope([cost({"monthly": 10500})], [growth(1), packs.measurement("storage.projected_bytes", 11, "bytes")])
	rule.deny == {
		packs.at_release("GL-REL-009", "release `api-1` costs 500 USD a month more, and may cost 499"),
		found("monthly", "service `api` costs 10500 USD a month, and may cost 10499"),
		packs.in_file("GL-REL-009", storage_file, ["facts", 1, "spec", "value"], "storage will hold 11 bytes, and may hold 10"),
	} with input as given
		with data.gatelib.params as {"cost": {"budgets": {"api": {"max_increase": 499, "max_monthly": 10499, "max_storage_bytes": 10}}}}
	rule.deny == set() with input as given
		with data.gatelib.params as {"cost": {"budgets": {"api": {"max_increase": 500, "max_monthly": 10500, "max_storage_bytes": 11}}}}
}

test_deny_bytes_that_were_not_projected if {
	denied(envelope([cost({})], [growth(1)])) == {packs.in_file("GL-REL-009", storage_file, [], "`finops/storage-projection.json` has no Measurement `storage.projected_bytes`")}
		with data.gatelib.params as {"cost": {"budgets": {"api": {"max_storage_bytes": 0}}}}
}

test_deny_storage_that_grows_too_fast if {
	denied(envelope([cost({})], [growth(20.1)])) == {packs.in_file("GL-REL-009", storage_file, ["facts", 0, "spec", "value"], "storage will grow by 20.1 percent, and may by 20")}
}

test_deny_costs_that_do_not_tell_all if {
	every field in ["diff_monthly", "monthly"] {
		every wrong in [null, "500", true] {
			denied(envelope([cost({field: wrong})], [growth(1)])) == {found(field, sprintf("has no `%s` that is a number", [field]))}
		}
	}
	denied(envelope([cost({"currency": "EUR"})], [growth(1)])) == {found("currency", "is in `EUR`, and the budget is in `USD`")}
	rule.deny == set() with input as envelope([cost({"currency": "EUR"})], [growth(1)]) with data.gatelib.params as {"cost": {"currency": "EUR"}}
	every wrong in [0, null, "1"] {
		denied(envelope([cost({"projects": wrong})], [growth(1)])) == {found("projects", "tells of no project")}
	}
	denied(envelope([cost({"projects_failed": 2})], [growth(1)])) == {found("projects_failed", "lacks 2 projects that could not be read")}
}

test_warn_of_what_has_no_price if {
	given := envelope([cost({"unpriced": 3})], [growth(1)])
	rule.deny == set() with input as given
	rule.warn == {found("unpriced", "3 resources have no price, and are in no sum")} with input as given
}

found(field, msg) := packs.in_file("GL-REL-009", file, ["facts", 0, field], msg)

cost(changes) := object.union(
	{
		"type": "cost", "currency": "USD", "past_monthly": 10000, "monthly": 10500, "diff_monthly": 500, "projects": 1,
		"projects_failed": 0, "unpriced": 0,
	},
	changes,
)

growth(percent) := packs.measurement("storage.projected_growth_percent", percent, "percent")

envelope(costs, storage) := packs.envelope({file: ["cost", costs], storage_file: ["storage-projection", storage]})

test_deny_numbers_that_are_none_under_a_budget if {
	given := envelope([cost({"monthly": "9"}), cost({"past_monthly": "1"})], [growth(1)])
	rule.deny == {found("monthly", "has no `monthly` that is a number")} with input as given
		with data.gatelib.params as {"cost": {"budgets": {"api": {"max_monthly": 20000}}}}
}

denied(given) := exported if exported := rule.deny with input as given
