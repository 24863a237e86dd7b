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

test_deny_files_that_are_empty if {
	denied(packs.emptied(packs.emptied(two_files([], []), file), other)) == {packs.empty("GL-REL-009", file), packs.empty("GL-REL-009", other)}
}

test_unjudged_both_of_two_files_of_costs if {
	given := packs.unreadable(packs.unreadable(two_files([], []), file), other)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(other) with input as given
}

test_deny_each_file_without_a_cost if {
	wanted := {each: packs.in_file("GL-REL-009", each, [], sprintf("`%s` holds no cost", [each])) | some each in [file, other]}
	denied(two_files([], [])) == {wanted[file], wanted[other]}
	denied(two_files([cost({})], [])) == {wanted[other]}
	denied(two_files([], [cost({})])) == {wanted[file]}
	denied(two_files([cost({"diff_monthly": 0})], [cost({})])) == set()
}

test_deny_each_of_two_costs if {
	costly := cost({"currency": "EUR", "past_monthly": 100, "diff_monthly": 11, "monthly": 10501})
	denied(envelope([costly, costly], [growth(1)])) == {packs.in_file("GL-REL-009", file, ["facts", position, field], msg) |
		some position in [0, 1]
		some field, msg in {
			"currency": "is in `EUR`, and the budget is in `USD`",
			"diff_monthly": "the cost rises from 100 by 11, and may by 10 percent",
			"monthly": "service `api` costs 10501 USD a month, and may cost 10500",
		}
	}
		with data.gatelib.params as {"cost": {"budgets": {"api": {"max_monthly": 10500}}}}
}

test_deny_the_sum_for_each_record_of_the_release if {
	denied(packs.twice(envelope([cost({"diff_monthly": 501, "past_monthly": 20000}), cost({})], [growth(1)]))) == packs.of_both({packs.at_release("GL-REL-009", "release `api-1` costs 1001 USD a month more, and may cost 1000")})
}

test_deny_a_share_at_its_edges if {
	denied(envelope([cost({"past_monthly": 0.5, "diff_monthly": 1})], [growth(1)])) == {found("diff_monthly", "the cost rises from 0.5 by 1, and may by 10 percent")}
	denied(envelope([cost({"past_monthly": 1000, "diff_monthly": 101})], [growth(1)])) == {found("diff_monthly", "the cost rises from 1000 by 101, and may by 10 percent")}
	denied(envelope([cost({"past_monthly": 1000, "diff_monthly": 100})], [growth(1)])) == set()
}

test_deny_costs_without_a_currency_or_projects if {
	denied(envelope([object.remove(cost({}), ["currency"])], [growth(1)])) == {found("currency", "is in `no currency`, and the budget is in `USD`")}
	denied(envelope([object.remove(cost({}), ["projects"])], [growth(1)])) == {found("projects", "tells of no project")}
}

test_allow_costs_that_name_no_failed_or_unpriced_project if {
	given := envelope([object.remove(cost({}), ["projects_failed", "unpriced"])], [growth(1)])
	rule.deny == set() with input as given
	rule.warn == set() with input as given
}

test_warn_of_both_of_two_costs if {
	given := envelope([cost({"unpriced": 1}), cost({"unpriced": 2})], [growth(1)])
	rule.warn == {
		packs.in_file("GL-REL-009", file, ["facts", 0, "unpriced"], "1 resources have no price, and are in no sum"),
		packs.in_file("GL-REL-009", file, ["facts", 1, "unpriced"], "2 resources have no price, and are in no sum"),
	} with input as given
}

test_deny_all_that_is_missing_or_wrong_in_the_projection if {
	denied(envelope([cost({})], [])) == {packs.in_file("GL-REL-009", storage_file, [], "`finops/storage-projection.json` has no Measurement `storage.projected_growth_percent`")}
	denied(envelope([cost({})], [packs.measurement("storage.projected_growth_percent", null, "bytes")])) == {
		packs.in_file("GL-REL-009", storage_file, ["facts", 0, "spec", "value"], "Measurement `storage.projected_growth_percent` has no `value` that is a number"),
		packs.in_file("GL-REL-009", storage_file, ["facts", 0, "spec", "unit"], "Measurement `storage.projected_growth_percent` is in `bytes`, and must be in `percent`"),
		packs.in_file("GL-REL-009", storage_file, [], "`finops/storage-projection.json` has no Measurement `storage.projected_bytes`"),
	}
		with data.gatelib.params as {"cost": {"budgets": {"api": {"max_storage_bytes": 1}}}}
}

other := "finops/pr-7-cost-diff.json"

two_files(facts, others) := packs.envelope({
	file: ["cost", facts],
	other: ["cost", others],
	storage_file: ["storage-projection", [growth(1)]],
})

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
