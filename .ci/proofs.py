"""Looks in the reports of runs for what no busy machine excuses: workflows that were lost, wrong or
not looked at, faults that did nothing, replicas that died by themselves."""

import json
import sys


def objections(report):
    for finding in report["invariants"]:
        name = finding["invariant"]
        if finding["counter-examples"]:
            yield f"{name} is violated"
        if finding["not-checked"] or not finding["checked"]:
            yield f"{name} was not checked on all workflows: {finding['why-not']}"
    # Without a steady state no fault is injected, and the run says so.
    if not report["reason"].startswith("no steady state"):
        for fault in report["faults"]:
            if fault["failure"] or not (fault["effect"] or {}).get("proven"):
                yield f"fault {fault['id']} had no proven effect: {fault['failure']}"
    if not any(phase["completed"] for phase in report["phases"]):
        yield "not one workflow completed"
    for death in report["deaths"]:
        yield f"{death['replica']} died by itself: {death['status']}"


def main(paths):
    if not paths:
        sys.exit("ci: no scenario left a report")
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        found += [f"ci: {path}: {objection}" for objection in objections(report)]
    if found:
        sys.exit("\n".join(found))


main(sys.argv[1:])
