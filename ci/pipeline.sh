#!/usr/bin/env bash
# Brings the pipeline up to date, shares what was computed, and says what changed against a revision.
#
#   ci/pipeline.sh [REVISION]        default: main
#
# Stages whose inputs did not change are restored from .dvc/cache, or from the remote where there is one: the repository's
# default remote, or DVC_REMOTE_URL. Without a remote, as in a fork that has no secrets, everything works but sharing.
# Leaves in .cache/ci: summary.md, plots/index.html, and result.patch, which carries dvc.lock, metrics/ and report/ into a
# working copy (git apply).
set -euo pipefail
cd "$(dirname "$0")/.."
against=${1:-main}
out=.cache/ci
rm -rf "$out"
mkdir -p "$out"

if [ -n "${DVC_REMOTE_URL:-}" ]; then
  dvc remote add --local --force --default ci "$DVC_REMOTE_URL" >/dev/null
fi
if [ -n "$(dvc config core.remote || true)" ]; then
  dvc pull --allow-missing || true # all at once, as `make repro` does; what is not there is run
  dvc repro --pull | tee "$out/repro.log"
  dvc push --run-cache
else
  dvc repro | tee "$out/repro.log"
fi

ran=$(sed -n "s/^Running stage '\(.*\)':$/\`\1\`/p" "$out/repro.log" | paste -sd ' ')
{
  python -m ci.diff "$against"
  echo
  echo "Stages run: ${ran:-none, all restored}."
} >"$out/summary.md"
dvc plots diff "$against" --out "$out/plots" >/dev/null
git add --all dvc.lock metrics report
git diff --cached --binary HEAD -- dvc.lock metrics report >"$out/result.patch"
cat "$out/summary.md"
