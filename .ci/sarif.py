"""Reads SARIF logs for .ci/run.

verdict LOG REPORT   fail if the validator's REPORT on LOG has an error or a warning, or if LOG has no results
has LOG NAME...      fail unless each NAME is a property of some result in LOG
strip LOG ROOT       print LOG without fingerprints and with the repository's root at ROOT
compare A B          fail unless A and B have the same line fingerprints
"""

import json
import pathlib
import sys

LINE_HASH = "primaryLocationLineHash"


def results(path):
    log = json.loads(pathlib.Path(path).read_text(encoding="utf-8-sig"))
    return [result for run in log["runs"] for result in run.get("results", [])]


def verdict(log, report):
    if not results(log):
        sys.exit(f"{log} has no results, so nothing was validated")
    # A result without a level has the level "warning".
    bad = [r for r in results(report) if r.get("level", "warning") in ("error", "warning")]
    for result in bad:
        message = result["message"]
        print(result["ruleId"], message.get("text") or message.get("arguments"))
    if bad:
        sys.exit(f"{log}: {len(bad)} errors and warnings")
    print(f"{log}: {len(results(log))} results, no error, no warning")


def has(log, *names):
    there = {name for result in results(log) for name in result}
    missing = [name for name in names if name not in there]
    if missing:
        sys.exit(f"{log} has no result with {', '.join(missing)}")


def strip(log, root):
    log = json.loads(pathlib.Path(log).read_text(encoding="utf-8"))
    for run in log["runs"]:
        run["originalUriBaseIds"]["%SRCROOT%"]["uri"] = pathlib.Path(root).as_uri() + "/"
        for result in run["results"]:
            del result["partialFingerprints"]
    json.dump(log, sys.stdout)


def line_hashes(path):
    return [result.get("partialFingerprints", {}).get(LINE_HASH) for result in results(path)]


def compare(ours, theirs):
    pairs = list(zip(line_hashes(ours), line_hashes(theirs), strict=True))
    if not pairs or any(a is None or a != b for a, b in pairs):
        sys.exit(f"line fingerprints differ: {[p for p in pairs if p[0] != p[1]]}")
    print(f"{len(pairs)} line fingerprints agree")


if __name__ == "__main__":
    {"verdict": verdict, "has": has, "strip": strip, "compare": compare}[sys.argv[1]](*sys.argv[2:])
