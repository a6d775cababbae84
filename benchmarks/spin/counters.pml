/* k processes that each increment one counter r times by compare-and-swap (K and R by -D).
   One d_step a step, byte variables; a process has one control state. */
byte counter;
byte position[K];
byte copy[K];
byte done[K];

active [K] proctype process() {
end:
  do
  :: d_step { position[_pid] == 0 && done[_pid] < R -> copy[_pid] = counter; position[_pid] = 1 }
  :: d_step { position[_pid] == 1 ->
       if
       :: counter == copy[_pid] -> counter++; done[_pid]++
       :: else
       fi;
       copy[_pid] = 0; position[_pid] = 0 }
  od
}
