/* K tasks that each increment one cell R times by compare-and-swap, as scenarios/counters.yaml does:
   one d_step a reconcile, byte variables; a task has one control state. 255 is "nothing seen". */
byte cell;
byte seen[K] = 255;
byte done[K];
byte queue[K] = 1;

active [K] proctype task() {
end:
  do
  :: d_step { queue[_pid] == 1 ->
       if
       :: seen[_pid] == 255 && done[_pid] < R -> seen[_pid] = cell
       :: seen[_pid] == 255 && done[_pid] == R -> queue[_pid] = 0
       :: seen[_pid] != 255 && seen[_pid] == cell -> cell++; done[_pid]++; seen[_pid] = 255
       :: seen[_pid] != 255 && seen[_pid] != cell -> seen[_pid] = 255
       fi }
  od
}
