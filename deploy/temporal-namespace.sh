#!/bin/sh
# Makes the namespace of Kairos, which keeps closed runs for 30 days. TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where.
set -eu

temporal operator cluster health
if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
fi
