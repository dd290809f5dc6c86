#pragma once
#include <spawn.h>
#include <sys/types.h>

// Functions of glibc 2.34 and later that its headers show only to those who define _GNU_SOURCE, which Swift does not.
int pipe2(int *_Nonnull ends, int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *_Nonnull actions, int from);
int pidfd_open(pid_t pid, unsigned int flags);
