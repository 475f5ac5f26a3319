// create ADDRESS, in C++11: what is handed out is kept by smart pointers.
#include <inv.h>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <vector>

struct free_inv {
	void operator()(void *handed_out) const
	{
		inv_free(handed_out);
	}
};

template <typename T> using inv_ptr = std::unique_ptr<T, free_inv>;

static inv_ptr<inv_client> connect()
{
	inv_client *client = nullptr;
	inv_error err;

	if (inv_client_new(nullptr, &client, &err))
		throw std::runtime_error(err.message);
	return inv_ptr<inv_client>(client);
}

static inv_ptr<inv_invite> create(inv_client &client, const char *email,
				  const std::vector<inv_grant> &projects)
{
	inv_invite_create_params params = {};
	inv_invite *invite = nullptr;
	inv_error err;

	params.email = email;
	params.role = INV_ROLE_READER;
	params.projects = INV_GRANTS(projects.data(), projects.size());
	if (inv_invites_create(&client, &params, nullptr, &invite, &err))
		throw std::runtime_error(err.message);
	return inv_ptr<inv_invite>(invite);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		std::cerr << "usage: create ADDRESS\n";
		return 2;
	}
	try {
		auto client = connect();
		std::cout << create(*client, argv[1], {})->id << '\n';
	} catch (const std::exception &problem) {
		std::cerr << problem.what() << '\n';
		return 1;
	}
}
