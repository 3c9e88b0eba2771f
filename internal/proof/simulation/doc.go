// Package simulation plays HA-07: several nodes over one database and one
// storage, driven by one thread, with every choice drawn from a seed. A node is
// the real use cases with its own keys, clock, writers of uploads and signals to
// open pages; what is simulated is what stands around them: the storage, the wire
// between nodes, the clocks, which are set now and then, the people, who retry what
// nobody answered and give up what is under way, and the scheduler, which decides
// whose turn it is, who dies, who freezes and what is lost.
//
// One piece of work goes on at a time, from one place where a process may be
// interrupted to the next: before and after it asks the storage, before it reads
// from the network, after each commit. Within a transaction nobody else runs, as the
// database guarantees it: what happens there is proved by packages store and act.
//
// A run that fails names its seed; CENACLE_SIMULATION_SEED=n plays it again, step by
// step. It does not simulate the leases of the outbox, whose runner keeps its own
// goroutines, nor PostgreSQL. Nothing of it ships. Start reading at
// world.step in world_test.go, then at what must hold in invariant_test.go.
package simulation
