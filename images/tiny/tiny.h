/* The guest's own program: what would take a shell, or anything else that has to be started, too long on an emulated processor. */
int configuration(int count, char **arguments);
int race(int count, char **arguments);
