#!/bin/sh
# A simulation as a job array: every task computes a part of the paths, and the last step puts the parts together.
#
#   Slurm:   PARTS=100; sbatch --array=0-99 examples/cluster/job_array.sh NAME 1000000000 100
#            then, when all are done: capstruct merge parts/NAME-*.json
#   by hand: examples/cluster/job_array.sh NAME 1000000 4        (runs all parts here, one after the other, and merges)
#
# A part needs nothing of the others: path i is the same wherever it is computed.
set -eu
name=$1
paths=$2
parts=$3
seed=${SEED:-1}
folder=${PARTS_FOLDER:-parts}
capstruct=${CAPSTRUCT:-capstruct}
mkdir -p "$folder"

part() {
    from=$(( paths * $1 / parts ))
    to=$(( paths * ($1 + 1) / parts ))
    "$capstruct" simulate "$name" --paths "$from..$to" --seed "$seed" --shard "$folder/part-$1.json" --quiet
}

task=${SLURM_ARRAY_TASK_ID:-${PBS_ARRAY_INDEX:-${JOB_COMPLETION_INDEX:-}}}
if [ -n "$task" ]; then
    part "$task"
else
    index=0
    while [ "$index" -lt "$parts" ]; do
        part "$index"
        index=$(( index + 1 ))
    done
    "$capstruct" merge "$folder"/part-*.json --no-charts
fi
