# METADATA
# title: Scans
# description: What kinds of scan a tool makes, by the name with which it signs its report.
package gatelib.lib.scans

import data.gatelib.lib.documents
import data.gatelib.lib.params

# METADATA
# description: The kinds that a `scan` fact counts as; none where its tool is unknown.
kinds(fact) := {kind | some kind in object.get(tools, lower(documents.text(fact.tool)), [])}

tools := {lower(name): made | some name, made in params.all.scans.tools}
