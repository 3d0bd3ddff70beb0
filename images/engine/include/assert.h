/* The generated code asserts only what the kernel does before it calls it. */
#define assert(condition) ((void)0)
