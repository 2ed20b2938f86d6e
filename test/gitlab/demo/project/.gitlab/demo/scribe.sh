#!/bin/sh
# Plays an agent that thinks for a moment: writes down what it was asked for.
set -eu
mkdir -p notes
file="notes/$AI_FLOW_ID.md"
{
  echo "# Asked for on $AI_FLOW_RESOURCE_TYPE $AI_FLOW_RESOURCE_IID"
  echo
  sed 's/^/> /' "$AI_FLOW_INPUT_FILE"
  echo
} > "$file"
sleep 1
echo "wrote $file:"
cat "$file"
