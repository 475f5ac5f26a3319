// create ADDRESS, in C++11: the handles are kept by smart pointers.
#include <inv.h>

#include <iostream>
#include <memory>

template <typename T> using handle = std::unique_ptr<T, void (*)(T *)>;

int main(int argc, char **argv)
{
	inv_client *client = nullptr;
	inv_invite *invite = nullptr;
	inv_error err;

	if (argc != 2) {
		std::cerr << "usage: create ADDRESS\n";
		return 2;
	}
	if (inv_client_new(nullptr, &client, &err)) {
		std::cerr << err.message << '\n';
		return 1;
	}
	handle<inv_client> client_keeper(client, inv_client_free);

	inv_invite_create_params params = {};
	params.email = argv[1];
	params.role = INV_ROLE_READER;
	if (inv_admin_organization_invites_create(client, &params, &invite,
						  &err)) {
		std::cerr << err.message << '\n';
		return 1;
	}
	handle<inv_invite> invite_keeper(invite, inv_invite_free);
	std::cout << invite->id << '\n';
}
