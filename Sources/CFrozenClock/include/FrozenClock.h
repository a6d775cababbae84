// A library to be loaded into the process of a host (LD_PRELOAD): its time of day stands still.
// Nothing links it; there is nothing to declare.
