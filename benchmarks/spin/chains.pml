/* k chains of n requeues: the twin of the family of that name (K and N by -D).
   One process a controller, one d_step a reconcile, byte variables; a process has one control state. */
byte object[K];
byte queue[K] = 1;

active [K] proctype controller() {
end:
  do
  :: d_step { queue[_pid] == 1 -> object[_pid]++; queue[_pid] = (object[_pid] < N) }
  od
}
