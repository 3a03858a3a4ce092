/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a descriptor to the pipe behind it. A pair of sockets (multiprocessing.Pipe, both ways) is
 * two pipes, and each has the name of the end that reads from it: so both sides of a message name
 * the same pipe, as they do of a FIFO. Sockets with an address are none: a Manager's, the network.
 */
#ifndef POOLTOP_PIPE_H
#define POOLTOP_PIPE_H

#include "watch.h"

/* The end at which what is written to this socket is read, 0: it is none of such a pair. */
static __always_inline __u64 peer_pipe(struct unix_sock *us)
{
	struct unix_sock *peer = (struct unix_sock *)BPF_CORE_READ(us, peer);

	if (!peer || BPF_CORE_READ(peer, addr))
		return 0;
	return BPF_CORE_READ((struct sock *)peer, sk_socket, file, f_inode, i_ino);
}

/* Kernels with AF_UNIX in a module do not show what it looks like: there a socket is its own. */
static __always_inline __u64 socket_pipe(struct file *file, enum msg_dir dir)
{
	struct socket *socket;
	struct unix_sock *us;
	__u64 peer;

	if (!bpf_core_type_exists(struct unix_sock))
		return BPF_CORE_READ(file, f_inode, i_ino);
	socket = (struct socket *)BPF_CORE_READ(file, private_data);
	us = (struct unix_sock *)BPF_CORE_READ(socket, sk);
	if (!us || BPF_CORE_READ((struct sock *)us, __sk_common.skc_family) != AF_UNIX ||
		BPF_CORE_READ(us, addr))
		return 0;
	peer = peer_pipe(us);
	return dir == MSG_WRITE || !peer ? peer : BPF_CORE_READ(file, f_inode, i_ino);
}

/* The file in a slot of a task's table, if it is a FIFO or such a socket: its number, or 0. */
static __always_inline __u64 slot_pipe(struct file **slot, enum msg_dir dir)
{
	struct file *file = NULL;
	__u16 type;

	if (bpf_probe_read_kernel(&file, sizeof(file), slot) || !file)
		return 0;
	type = BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT;
	if (type == S_IFSOCK)
		return socket_pipe(file, dir);
	return type == S_IFIFO ? BPF_CORE_READ(file, f_inode, i_ino) : 0;
}

/* fd comes from user space: it is checked against the table's size. */
static __always_inline __u64 fd_pipe(struct task_struct *task, __u32 fd, enum msg_dir dir)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);

	if (!fdt || fd >= BPF_CORE_READ(fdt, max_fds))
		return 0;
	return slot_pipe(BPF_CORE_READ(fdt, fd) + fd, dir);
}

/* The same for the running task, whose table the verifier lets us read at no cost (5.11). */
static __always_inline __u64 own_pipe(__u32 fd, enum msg_dir dir)
{
	struct files_struct *files;
	struct fdtable *fdt;

	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		return fd_pipe((struct task_struct *)bpf_get_current_task(), fd, dir);
	files = bpf_get_current_task_btf()->files;
	if (!files)
		return 0;
	fdt = files->fdt;
	if (!fdt || fd >= fdt->max_fds)
		return 0;
	return slot_pipe(fdt->fd + fd, dir);
}

#endif
