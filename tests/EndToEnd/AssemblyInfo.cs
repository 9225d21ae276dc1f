using Xunit.v3;

// Two guests at a time: each emulates a processor, and the machines that test this have two. None of these is a unit test.
[assembly: Parallelization(MaxThreads = 2)]
[assembly: Trait("Category", "Integration")]
