# What .ci/run and .ci/nightly share. Sourced, not run.

logs=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$logs"' EXIT

# part NAME COMMAND...: shows what it prints and keeps it for the sum.
part() {
  local name=$1 begin=$SECONDS
  shift
  "$@" 2>&1 | tee "$logs/$name.log"
  echo $(((SECONDS - begin + 30) / 60)) >"$logs/$name.minutes"
}

# sum_of NAME...: adds the numbers in the last lines of the parts. One without such a line tells of a failure.
sum_of() {
  local passed=0 failed=0 skipped=0 name numbers p f s
  printf '\n== all of it\n'
  for name in "$@"; do
    numbers=$(tail -1 "$logs/$name.log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
    read -r p f s <<<"${numbers:-0 1 0}"
    printf '%-10s %4d passed, %d failed, %d skipped in %d minutes\n' "$name" "$p" "$f" "$s" "$(cat "$logs/$name.minutes")"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  done
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
